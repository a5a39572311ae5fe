package stagecoach.orchestrator.app.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;

@OrchestratorTest
class FeedRetentionTest {
    @Inject UnitOfWork unitOfWork;
    @Inject FeedRetention retention;
    @Inject EventFeed feed;

    @Test
    void the_feed_loses_its_beginning_and_whoever_stands_before_it_is_told_the_oldest_place() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                !Api.get("/events?deployment=" + id)
                                        .jsonPath()
                                        .getList("items")
                                        .isEmpty());
        EventCursor head = unitOfWork.run(feed::head);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE feed SET at = ?2 WHERE seq <= ?1",
                                head.seq(),
                                Clock.systemUTC().instant().minus(Duration.ofDays(1_000))));
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                unitOfWork.run(
                                        tx -> {
                                            retention.forget(tx, Clock.systemUTC().instant(), 50);
                                            return feed.start(tx).seq() >= head.seq();
                                        }));
        int left =
                unitOfWork
                        .run(tx -> tx.rows("SELECT 1 FROM feed WHERE seq <= ?1", head.seq()))
                        .size();
        assertThat(left).isZero();

        var tooOld = new EventCursor(head.incarnation(), head.seq() - 1);
        var refused = Api.expect(410, Api.get("/events?cursor=" + tooOld.text()));
        assertThat(refused.getString("type")).isEqualTo("/api/problems/cursor-too-old");
        assertThat(refused.getString("detail")).contains("1 events behind this cursor", "oldest");
        Api.expect(200, Api.get("/events?cursor=" + head.text()));
        Api.expect(200, Api.get("/events?cursor=start"));
        Api.expect(200, Api.get("/events"));
    }
}
