package stagecoach.runtime.toy;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.UnitOfWork;

/** What a handler has heard, in the order of its commits. */
@Singleton
public class Heard {
    private final UnitOfWork unitOfWork;

    Heard(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    public List<Long> versions(String handler, StreamId stream) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT version FROM heard WHERE handler = ?1 AND stream = ?2 ORDER BY seq",
                                        handler,
                                        stream.value())
                                .stream()
                                .map(row -> (Long) Objects.requireNonNull(row[0]))
                                .toList());
    }
}
