package stagecoach.packages.app.budget;

import jakarta.inject.Singleton;
import java.util.Optional;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.TransferBudget;

/** The budgets of feeds outside, in the rows of those who configure them. */
@Singleton
class FeedBudgets {
    /** That of a feed; of one that is gone nothing is limited any more. */
    TransferBudget of(Tx tx, FeedId feed) {
        return tx
                .rows(
                        "SELECT bytes_per_second_max, transfers_max FROM feed WHERE id = ?1",
                        feed.value())
                .stream()
                .findFirst()
                .map(
                        row ->
                                new TransferBudget(
                                        Optional.ofNullable((Long) row[0]),
                                        Optional.ofNullable((Integer) row[1])))
                .orElse(TransferBudget.NONE);
    }
}
