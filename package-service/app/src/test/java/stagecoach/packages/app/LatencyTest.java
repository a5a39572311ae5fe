package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.TargetId;

/** The route of a region follows what its machines have measured. */
@PackageServiceTest
class LatencyTest {
    @Inject UnitOfWork unitOfWork;

    private final Deployment deployment = new Deployment();

    @AfterEach
    void end() {
        deployment.close();
    }

    private static void cacheIn(String region, String id) throws Exception {
        Configured.region(region, true, 1);
        var answer =
                Http.put(
                        "/api/v1/caches/" + id,
                        Configured.body(region, "https://" + id, "http://hq", "cd".repeat(32)));
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    }

    private static void measured(String target, int toA, int toB) {
        var agent = AgentId.of(new TargetId(target));
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("agent", agent),
                1,
                new SourcesMeasured(
                        agent,
                        List.of(
                                new SourceLatency(new CacheId("far-a"), toA),
                                new SourceLatency(new CacheId("far-b"), toB))),
                EventAttributes.none());
    }

    private List<String> othersOnTheRouteIn(int run) {
        RegionRoute route = deployment.event(run, AcquisitionStarted.class).routes().getFirst();
        return route.others().stream()
                .map(Source.OfCache::cache)
                .map(CacheId::value)
                .filter(id -> id.startsWith("far-"))
                .toList();
    }

    @Test
    void of_other_regions_the_cache_that_most_machines_find_near_comes_first() throws Exception {
        cacheIn("far-a", "far-a");
        cacheIn("far-b", "far-b");
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", 10);
        Http.pushed(nupkg.bytes());
        PackageNeed needs =
                Deployment.nearest(
                        nupkg.pin(),
                        Deployment.target("l-1", "measuring"),
                        Deployment.target("l-2", "measuring"),
                        Deployment.target("l-3", "measuring"));
        deployment.start(2, false, needs);
        assertThat(othersOnTheRouteIn(2)).containsExactly("far-a", "far-b");

        measured("l-1", 90, 10);
        measured("l-2", 90, 20);
        measured("l-3", 1, 300);
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                OnVirtualThread.call(
                                                        () ->
                                                                unitOfWork.run(
                                                                        tx ->
                                                                                tx.rows(
                                                                                        "SELECT 1 FROM latency WHERE agent LIKE 'target:l-%'")))
                                                .size()
                                        == 6);
        deployment.start(3, false, needs);

        assertThat(othersOnTheRouteIn(3)).containsExactly("far-b", "far-a");
        String first = Http.get("/api/v1/caches/far-b/latencies?limit=2").body();
        assertThat(first)
                .contains(
                        "\"machine\":\"target:l-1\",\"region\":\"measuring\",\"millis\":10",
                        "\"machine\":\"target:l-2\",\"region\":\"measuring\",\"millis\":20")
                .doesNotContain("target:l-3");
        assertThat(Http.get("/api/v1/caches/nowhere/latencies").statusCode()).isEqualTo(404);
    }
}
