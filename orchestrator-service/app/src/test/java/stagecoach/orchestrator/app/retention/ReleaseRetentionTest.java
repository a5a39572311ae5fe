package stagecoach.orchestrator.app.retention;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/** Releases that no rule keeps go; none that runs, ran before, or is being deployed. */
@OrchestratorTest
class ReleaseRetentionTest {
    @Inject UnitOfWork unitOfWork;
    @Inject ReleaseRetention retention;

    @AfterEach
    void keepAll() {
        Api.expect(200, Api.put("/retention", "{}"));
    }

    /** A project with releases that were made a while ago. */
    private Shop shop(String... versions) {
        var shop = Shop.open(1);
        for (String version : versions) {
            shop.release(version);
        }
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE release SET created_at = created_at - interval '90 days' WHERE project = ?1",
                                shop.project()));
        return shop;
    }

    private void ended(String deployment, String state) {
        unitOfWork.execute(
                tx -> {
                    tx.execute("DELETE FROM admission WHERE deployment = ?1", deployment);
                    tx.execute(
                            "UPDATE deployment SET state = ?2, ended_at = ?3, queue_number = NULL WHERE id = ?1",
                            deployment,
                            state,
                            Clock.systemUTC().instant().minus(Duration.ofDays(80)));
                });
    }

    private void succeeded(String deployment) {
        ended(deployment, "SUCCEEDED");
    }

    private void keep(int perPhase, int days) {
        Api.expect(
                200,
                Api.put(
                        "/retention",
                        "{\"releases\": {\"perPhase\": %d, \"days\": %d}}"
                                .formatted(perPhase, days)));
    }

    private void retire(Shop shop) {
        unitOfWork.execute(tx -> retention.retire(tx, new ProjectId(shop.project())));
    }

    private static List<String> releasesOf(Shop shop) {
        return Api.expect(200, Api.get("/projects/" + shop.project() + "/releases"))
                .getList("items.version");
    }

    @Test
    void what_no_rule_keeps_goes_and_everybody_is_told() {
        var shop = shop("1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0");
        succeeded(shop.deploy("1.0.0"));
        succeeded(shop.deploy("2.0.0"));
        succeeded(shop.deploy("3.0.0"));
        String[] plans = plansOf(shop);
        keep(1, 30);
        retire(shop);

        // 3.0.0 runs, 2.0.0 is what one goes back to, 5.0.0 is the newest.
        assertThat(releasesOf(shop)).containsExactly("5.0.0", "3.0.0", "2.0.0");
        try (var configuration = TestEvents.consume(Channels.CONFIGURATION)) {
            var told =
                    configuration
                            .until(
                                    StreamId.of("release", shop.project() + ":1.0.0"),
                                    seen -> seen.size() == 2)
                            .getLast()
                            .event(ConfigurationEvent.class);
            assertThat(told)
                    .isEqualTo(
                            new ReleaseRetired(
                                    new ProjectId(shop.project()),
                                    new ReleaseVersion("1.0.0"),
                                    "it was not among the last 1 of any phase, and it was neither made nor deployed for 30 days"));
        }
        var gone = Api.get("/projects/" + shop.project() + "/releases/1.0.0");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.jsonPath().getString("detail"))
                .contains("is kept no longer", "not among the last 1");
        assertThat(
                        Api.expect(400, Api.post("/deployments", shop.request("1.0.0")))
                                .getString("errors[0].detail"))
                .contains("is kept no longer");
        assertThat(
                        Api.post(
                                        "/projects/" + shop.project() + "/releases",
                                        "{\"version\": \"1.0.0\"}")
                                .jsonPath()
                                .getString("detail"))
                .contains("a version is used once");
        // What 1.0.0 and 4.0.0 were made of is gone with them.
        assertThat(kept(plans)).isEqualTo(plans.length - 2L);
    }

    @Test
    void a_deployment_that_goes_on_or_is_staged_keeps_its_release() {
        var shop = shop("1.0.0", "2.0.0", "3.0.0", "4.0.0");
        ended(shop.deploy("1.0.0"), "STAGED");
        ended(shop.deploy("3.0.0"), "FAILED");
        shop.deploy("2.0.0");
        keep(1, 30);
        retire(shop);
        assertThat(releasesOf(shop)).containsExactly("4.0.0", "2.0.0", "1.0.0");
    }

    @Test
    void what_runs_stays_although_its_deployment_is_older_than_those_before_it() {
        var shop = shop("1.0.0", "2.0.0", "3.0.0", "4.0.0");
        String first = shop.deploy("1.0.0");
        ended(first, "FAILED");
        succeeded(shop.deploy("2.0.0"));
        succeeded(shop.deploy("3.0.0"));
        // Retried, it succeeded last.
        succeeded(first);
        keep(1, 30);
        retire(shop);
        assertThat(releasesOf(shop)).containsExactly("4.0.0", "3.0.0", "1.0.0");
    }

    @Test
    void the_previous_success_stays_although_its_deployment_is_kept_no_longer() {
        var shop = shop("1.0.0", "2.0.0", "3.0.0", "4.0.0");
        succeeded(shop.deploy("1.0.0"));
        succeeded(shop.deploy("2.0.0"));
        succeeded(shop.deploy("3.0.0"));
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            """
                            INSERT INTO release_success (project, release, environment, number, ended_at)
                            SELECT project, release, environment, number, ended_at FROM deployment
                            WHERE project = ?1 AND release <> '3.0.0'""",
                            shop.project());
                    tx.execute(
                            "DELETE FROM deployment WHERE project = ?1 AND release <> '3.0.0'",
                            shop.project());
                });
        keep(1, 30);
        retire(shop);
        assertThat(releasesOf(shop)).containsExactly("4.0.0", "3.0.0", "2.0.0");
    }

    /** Whoever has begun to deploy a release keeps it, although his deployment is not seen yet. */
    @Test
    void who_deploys_a_release_while_it_is_looked_at_has_it() throws Exception {
        var shop = shop("1.0.0", "2.0.0");
        keep(1, 30);
        var held = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Thread deploying =
                Thread.startVirtualThread(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            tx.rows(
                                                    "SELECT 1 FROM release WHERE id = ?1 FOR KEY SHARE",
                                                    shop.project() + ":1.0.0");
                                            held.countDown();
                                            try {
                                                go.await();
                                            } catch (InterruptedException e) {
                                                throw new IllegalStateException(e);
                                            }
                                        }));
        held.await();
        retire(shop);
        assertThat(releasesOf(shop)).containsExactly("2.0.0", "1.0.0");
        go.countDown();
        deploying.join();
        retire(shop);
        assertThat(releasesOf(shop)).containsExactly("2.0.0");
    }

    private String[] plansOf(Shop shop) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT DISTINCT snapshot_digest FROM release WHERE project = ?1",
                                        shop.project())
                                .stream()
                                .map(row -> (String) Objects.requireNonNull(row[0]))
                                .toArray(String[]::new));
    }

    private long kept(String[] plans) {
        return unitOfWork.run(
                tx ->
                        (Long)
                                Objects.requireNonNull(
                                        tx.rows(
                                                        "SELECT count(*) FROM plan WHERE digest = ANY(?1::text[])",
                                                        (Object) plans)
                                                .getFirst()[0]));
    }
}
