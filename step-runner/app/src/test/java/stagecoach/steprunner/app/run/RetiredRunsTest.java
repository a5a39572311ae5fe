package stagecoach.steprunner.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.steprunner.app.StepRunnerTest;

@StepRunnerTest
class RetiredRunsTest {
    @Inject UnitOfWork unitOfWork;
    @Inject RetiredRuns retired;

    private final String plan = "plan-" + UUID.randomUUID();
    private final String one = "one-" + UUID.randomUUID();
    private final String other = "other-" + UUID.randomUUID();

    private void leave(String deployment) {
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "INSERT INTO plan (digest, ciphertext) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                            plan,
                            new byte[] {1});
                    tx.execute(
                            "INSERT INTO plan_use (deployment, digest) VALUES (?1, ?2)",
                            deployment,
                            plan);
                    tx.execute(
                            "INSERT INTO output (deployment, step, target, name, value) VALUES (?1, 'start', '', 'Port', '80')",
                            deployment);
                    tx.execute(
                            "INSERT INTO newest_run (deployment, run) VALUES (?1, 3)", deployment);
                    tx.execute(
                            "INSERT INTO sensitive_output (ticket, deployment, ciphertext) VALUES (?1, ?2, ?3)",
                            UUID.randomUUID(),
                            deployment,
                            new byte[] {2});
                });
    }

    private long rows(String deployment) {
        return number(
                """
                SELECT (SELECT count(*) FROM output WHERE deployment = ?1)
                    + (SELECT count(*) FROM sensitive_output WHERE deployment = ?1)
                    + (SELECT count(*) FROM newest_run WHERE deployment = ?1)
                    + (SELECT count(*) FROM plan_use WHERE deployment = ?1)""",
                deployment);
    }

    private long number(String sql, String value) {
        return unitOfWork.run(
                tx -> (Long) Objects.requireNonNull(tx.rows(sql, value).getFirst()[0]));
    }

    private int forget(String deployment) {
        return unitOfWork.run(tx -> retired.forget(tx, deployment, 100));
    }

    @Test
    void what_a_retired_deployment_left_goes_and_what_others_use_stays() {
        leave(one);
        leave(other);
        assertThat(forget(one)).isEqualTo(4);
        assertThat(rows(one)).isZero();
        assertThat(rows(other)).isEqualTo(4);
        assertThat(number("SELECT count(*) FROM plan WHERE digest = ?1", plan)).isEqualTo(1);
        assertThat(forget(one)).isZero();
        assertThat(forget(other)).isEqualTo(4);
        assertThat(number("SELECT count(*) FROM plan WHERE digest = ?1", plan)).isZero();
    }
}
