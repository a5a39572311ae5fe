package stagecoach.orchestrator.app.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.PlayedPackageService;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.progress.Runs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Read models are rebuilt while they serve, whoever dies on the way. */
@OrchestratorTest
class RebuildTest {
    private static final PackagePin PIN = PlayedPackageService.pinOf("Shop.Server", "1.0.0");
    private static final CacheId CACHE = new CacheId("eu-rebuild");
    private static final String PROJECTIONS = "/services/orchestrator-service/projections";

    private static final int MEANWHILE = 8;
    private static final long PATIENCE_SECONDS = StagecoachResource.PATIENCE.toSeconds();

    private static @Nullable String one;

    @Inject UnitOfWork unitOfWork;
    @Inject Shadow shadow;
    @Inject Codecs codecs;
    @Inject @Any Instance<Projection> projections;

    /** The same read model under another name, so that the service leaves it to the test. */
    private record Renamed(Projection of) implements Projection {
        @Override
        public String name() {
            return of.name() + "-test";
        }

        @Override
        public List<Table> tables() {
            return of.tables();
        }

        @Override
        public List<Part<?>> parts() {
            return of.parts();
        }

        @Override
        public String ownerOf(StreamId stream) {
            return of.ownerOf(stream);
        }

        @Override
        public void carryOver(Tx tx, Table table, String live, String to, Piece piece) {
            of.carryOver(tx, table, live, to, piece);
        }
    }

    private static final class Crash extends Error {
        Crash() {
            super("crash", null, false, false);
        }
    }

    private Projection progress() {
        return projections.stream()
                .filter(p -> p.name().equals("progress"))
                .findFirst()
                .orElseThrow();
    }

    private List<String> rows(String deployment) {
        return unitOfWork.run(
                tx -> {
                    var all = new ArrayList<String>();
                    for (Projection.Table table : progress().tables()) {
                        tx.rows(
                                        "SELECT CAST(t AS text) FROM %s t WHERE deployment = ?1 ORDER BY 1"
                                                .formatted(table.name()),
                                        deployment)
                                .forEach(row -> all.add(table.name() + String.valueOf(row[0])));
                    }
                    return all;
                });
    }

    private void corrupt(String deployment) {
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "UPDATE step_row SET state = 'FAILED', exit_code = 9, settled = true WHERE deployment = ?1",
                            deployment);
                    tx.execute("DELETE FROM acquisition_link WHERE deployment = ?1", deployment);
                    tx.execute("DELETE FROM artifact WHERE deployment = ?1", deployment);
                    tx.execute(
                            """
                            INSERT INTO deployment_warning (deployment, step, target, detail, at)
                            VALUES (?1, '', '', 'nobody ever said this', now())""",
                            deployment);
                });
    }

    /** One history for all points: each rebuild leaves it right. */
    private String shared() {
        String id = one;
        if (id == null) {
            id = history();
            one = id;
        }
        return id;
    }

    /** A deployment with steps, packages, warnings and the late truth about a command. */
    private String history() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var steps = Runs.ofSteps(shop, id, 101);
        Ticket abandoned = new Ticket(UUID.randomUUID());
        steps.publish(started(steps, List.of(Runs.on("r-1"), Runs.unavailable("r-2", "off"))));
        steps.publish(new StepStarted(Runs.pair("start", "r-1"), Runs.on("r-1"), abandoned, 1));
        steps.publish(finished("r-1", abandoned, StepState.CANCELLED, true));
        Runs.eventually("/deployments/" + id, told -> told.getList("warnings").size() == 2);
        steps.settles(abandoned, "r-1");
        Runs.eventually("/deployments/" + id, told -> told.getList("warnings").size() == 1);
        steps.collects(
                new Ticket(UUID.randomUUID()),
                AgentId.of(new TargetId("r-1")),
                new Artifact("report.txt", 6, Digest.of("report")));
        Runs.eventually(
                "/deployments/" + id + "/artifacts", told -> told.getList("items").size() == 1);
        var packages = Runs.ofPackages(shop, id, 102);
        packages.publish(acquisition(packages));
        String path = "/deployments/" + id + "/acquisitions";
        Runs.eventually(path, told -> told.getList("targets").size() == 2);
        TestEvents.publish(
                new TransferProgress(
                        packages.id(), PIN, Optional.empty(), Optional.of(CACHE), 400_000));
        Runs.eventually(path, told -> "400000".equals(told.getString("caches[0].bytes")));
        packages.publish(new PackageReplicated(PIN, CACHE, 1_000_000, 0, 1));
        packages.publish(
                new TargetAcquired(
                        PIN,
                        HolderId.of(new TargetId("r-1")),
                        new ServedBy(ServedBy.Kind.CACHE, Optional.of(CACHE)),
                        900_000,
                        100_000,
                        2));
        packages.publish(new AcquisitionEnded(RunOutcome.SUCCEEDED, Optional.empty(), List.of()));
        Runs.eventually(path, told -> "SKIPPED".equals(told.getString("targets[1].state")));
        return id;
    }

    @ParameterizedTest
    @EnumSource
    void whoever_dies_at_any_point_of_a_rebuild_leaves_it_to_the_next_and_reads_see_nothing_between(
            Rebuild.Point deadly) throws Exception {
        String id = shared();
        List<String> right = rows(id);
        corrupt(id);
        List<String> wrong = rows(id);
        var projection = new Renamed(progress());
        unitOfWork.execute(
                tx -> RebuildRow.ask(tx, projection.name(), "test", Clock.systemUTC().instant()));
        var died = new AtomicBoolean();
        var mortal =
                rebuild(
                        point -> {
                            if (point == deadly) {
                                died.set(true);
                                throw new Crash();
                            }
                        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var meanwhile = threads.submit(this::steps);
            await().atMost(StagecoachResource.PATIENCE)
                    .until(
                            () -> {
                                try {
                                    mortal.round(projection);
                                } catch (Crash e) {
                                    // The process is gone, and its transaction with it.
                                }
                                return died.get();
                            });
            assertThat(rows(id)).isIn(wrong, right);
            // Two pods find what was left.
            List<Future<?>> pods = new ArrayList<>();
            for (int pod = 0; pod < 2; pod++) {
                pods.add(threads.submit(() -> untilDone(projection)));
            }
            for (Future<?> pod : pods) {
                pod.get(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            assertThat(rows(id)).isEqualTo(right);
            String wholeBusy = meanwhile.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            await().atMost(StagecoachResource.PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(states(wholeBusy))
                                            .hasSize(MEANWHILE)
                                            .containsOnly("SUCCEEDED"));
        }
    }

    private Rebuild rebuild(java.util.function.Consumer<Rebuild.Point> at) {
        return new Rebuild(unitOfWork, shadow, codecs, Clock.systemUTC(), at);
    }

    private void untilDone(Projection projection) {
        untilDone(projection, rebuild(point -> {}));
    }

    private void untilDone(Projection projection, Rebuild pod) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            pod.round(projection);
                            return unitOfWork.run(
                                    tx ->
                                            RebuildRow.told(tx, projection.name())
                                                    .filter(told -> told.state().equals("DONE"))
                                                    .isPresent());
                        });
    }

    private List<String> states(String deployment) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT state FROM step_row WHERE deployment = ?1",
                                        deployment)
                                .stream()
                                .map(row -> String.valueOf(row[0]))
                                .toList());
    }

    /** Steps of another deployment. */
    private String steps() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var run = Runs.ofSteps(shop, id, 101);
        List<Place> places = new ArrayList<>();
        for (int i = 1; i <= MEANWHILE; i++) {
            places.add(Runs.on("m-" + i));
        }
        run.publish(started(run, places));
        for (int i = 1; i <= MEANWHILE; i++) {
            var ticket = new Ticket(UUID.randomUUID());
            run.publish(
                    new StepStarted(Runs.pair("start", "m-" + i), Runs.on("m-" + i), ticket, 1));
            run.publish(finished("m-" + i, ticket, StepState.SUCCEEDED, false));
        }
        return id;
    }

    @Test
    void a_read_model_that_is_wrong_is_right_again_and_what_was_right_is_not_touched() {
        String id = history();
        String other = history();
        List<String> right = rows(id);
        List<String> untouched = rows(other);
        corrupt(id);
        var asked = Api.expect(202, Api.post(PROJECTIONS + "/progress/rebuild", ""));
        assertThat(asked.getString("rebuild.state")).isEqualTo("RUNNING");
        assertThat(asked.getString("rebuild.askedBy")).isEqualTo("test admin");
        var done =
                Runs.eventually(
                        PROJECTIONS + "/progress",
                        told -> "DONE".equals(told.getString("rebuild.state")));
        assertThat(done.getLong("rebuild.rowsRemoved")).isGreaterThanOrEqualTo(3);
        assertThat(done.getLong("rebuild.eventsDone")).isPositive();
        assertThat(rows(id)).isEqualTo(right);
        assertThat(rows(other)).isEqualTo(untouched);
    }

    @Test
    void a_rebuild_of_all_that_other_tests_have_left_changes_nothing() {
        history();
        var projection = new Renamed(progress());
        unitOfWork.execute(
                tx -> RebuildRow.ask(tx, projection.name(), "test", Clock.systemUTC().instant()));
        untilDone(projection);
        var told = unitOfWork.run(tx -> RebuildRow.told(tx, projection.name())).orElseThrow();
        assertThat(told.rowsRemoved()).isZero();
        assertThat(told.rowsWritten()).isZero();
        assertThat(told.eventsDone()).isPositive();
    }

    @Test
    void a_large_read_model_is_compared_and_swapped_piece_by_piece() {
        List<String> ids = List.of(history(), history(), history());
        var right = ids.stream().map(this::rows).toList();
        ids.forEach(this::corrupt);
        var projection = new Renamed(progress());
        unitOfWork.execute(
                tx -> RebuildRow.ask(tx, projection.name(), "test", Clock.systemUTC().instant()));
        var pieces = new ArrayList<Piece>();
        var inPieces =
                new Shadow(shadow.live(), 2) {
                    @Override
                    List<Piece> pieces(Tx tx, Projection.Table table) {
                        List<Piece> found = super.pieces(tx, table);
                        pieces.addAll(found);
                        return found;
                    }
                };
        untilDone(
                projection,
                new Rebuild(unitOfWork, inPieces, codecs, Clock.systemUTC(), point -> {}));
        assertThat(ids.stream().map(this::rows).toList()).isEqualTo(right);
        assertThat(pieces).hasSizeGreaterThan(2 * ids.size() * progress().tables().size());
    }

    @Test
    void two_rebuilds_at_once_are_refused_in_words() {
        // As long as somebody writes the tables, the first one cannot end.
        var refused =
                unitOfWork.run(
                        tx -> {
                            tx.execute("LOCK TABLE step_row IN ROW EXCLUSIVE MODE");
                            Api.expect(202, Api.post(PROJECTIONS + "/progress/rebuild", ""));
                            return Api.post(PROJECTIONS + "/progress/rebuild", "");
                        });
        assertThat(Api.expect(409, refused).getString("type"))
                .isEqualTo("/api/problems/rebuild-under-way");
        assertThat(refused.jsonPath().getString("detail")).contains("rebuild \"progress\"");
        Runs.eventually(
                PROJECTIONS + "/progress", told -> "DONE".equals(told.getString("rebuild.state")));
        assertThat(Api.post(PROJECTIONS + "/nothing/rebuild", "").statusCode()).isEqualTo(404);
        assertThat(Api.get("/services/other/projections").statusCode()).isEqualTo(404);
    }

    @Test
    void rows_of_a_history_that_the_feed_no_longer_tells_stay_as_they_are() {
        String id = history();
        List<String> right = rows(id);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "DELETE FROM feed WHERE stream = ?1 AND version = 1",
                                "steprun-" + id + "-101"));
        var projection = new Renamed(progress());
        unitOfWork.execute(
                tx -> RebuildRow.ask(tx, projection.name(), "test", Clock.systemUTC().instant()));
        untilDone(projection);
        assertThat(rows(id)).isEqualTo(right);
    }

    private static StepFinished finished(
            String target, Ticket ticket, StepState state, boolean mayStillRun) {
        return new StepFinished(
                Runs.pair("start", target),
                Optional.of(ticket),
                state,
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                mayStillRun);
    }

    private static StepRunStarted started(Runs run, List<Place> places) {
        return new StepRunStarted(
                run.id(),
                run.project(),
                new ReleaseVersion("1.0.0"),
                run.environment(),
                Digest.of("plan"),
                Phase.DEPLOYMENT,
                new Run(101),
                1,
                Purpose.NORMAL,
                false,
                List.of(
                        Runs.assignment(
                                "start",
                                UnavailableTargets.SKIP,
                                Optional.empty(),
                                places.toArray(Place[]::new))),
                Optional.empty());
    }

    private static AcquisitionStarted acquisition(Runs run) {
        var need =
                new PackageNeed(
                        new PinnedPackage(
                                FeedId.BUILT_IN,
                                PIN,
                                AcquisitionLocation.EXECUTION_TARGET,
                                PackageSource.NEAREST_CACHE),
                        List.of(needing("r-1"), needing("r-2")));
        return new AcquisitionStarted(
                run.id(),
                run.project(),
                run.environment(),
                new Run(102),
                1,
                Purpose.NORMAL,
                List.of(need),
                false,
                List.of(
                        new RegionRoute(
                                Optional.of(new RegionId("eu")),
                                List.of(new Source.Cache(CACHE, "https://eu", Optional.empty())),
                                List.of(),
                                true)));
    }

    private static PackageNeed.NeedingTarget needing(String target) {
        var id = new TargetId(target);
        return new PackageNeed.NeedingTarget(
                HolderId.of(id), AgentId.of(id), Optional.of(new RegionId("eu")), Optional.empty());
    }
}
