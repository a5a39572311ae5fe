package stagecoach.packages.app.budget;

import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.retirement.OwnTables;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.TransferBudget;

/** The budgets of deployments, as they were set last: also a retry keeps to them. */
@Singleton
public class DeploymentBudgets implements OwnTables {
    /** Takes in what a deployment was asked for with, or was given since. */
    public void learn(Tx tx, DeploymentId deployment, TransferBudget budget) {
        tx.execute(
                """
                INSERT INTO deployment_budget (deployment, bytes_per_second_max, transfers_max)
                VALUES (?1, ?2, ?3)
                ON CONFLICT (deployment) DO UPDATE SET
                    bytes_per_second_max = excluded.bytes_per_second_max,
                    transfers_max = excluded.transfers_max""",
                deployment.value(),
                budget.bytesPerSecondMax().orElse(null),
                budget.transfersMax().orElse(null));
    }

    @Override
    public int forget(Statements tx, String deployment, int rowsMax) {
        return tx.execute("DELETE FROM deployment_budget WHERE deployment = ?1", deployment)
                + tx.execute("DELETE FROM pace WHERE budget = ?1", "deployment:" + deployment);
    }

    /** That of a deployment. */
    TransferBudget of(Tx tx, DeploymentId deployment) {
        return tx
                .rows(
                        "SELECT bytes_per_second_max, transfers_max FROM deployment_budget WHERE deployment = ?1",
                        deployment.value())
                .stream()
                .findFirst()
                .map(DeploymentBudgets::budget)
                .orElse(TransferBudget.NONE);
    }

    private static TransferBudget budget(@Nullable Object[] row) {
        return new TransferBudget(
                Optional.ofNullable((Long) row[0]), Optional.ofNullable((Integer) row[1]));
    }
}
