package stagecoach.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.wire.StagecoachJson;

class DeploymentPictureTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:30Z");

    @Test
    void phases_steps_and_copies_are_seen_at_a_glance() throws Exception {
        var picture =
                new DeploymentPicture(
                        json(
                                """
                                {"id":"7f3k9qzm","project":"shop","release":"1.0.0","environment":"production","state":"RUNNING",
                                 "attempt":1,"startedAt":"2026-11-24T10:00:16Z","phases":[
                                 {"phase":"PRE_ACQUISITION","run":1,"state":"SUCCEEDED","startedAt":"2026-11-24T10:00:16Z","endedAt":"2026-11-24T10:00:16.600Z"},
                                 {"phase":"ACQUISITION","run":2,"state":"RUNNING","startedAt":"2026-11-24T10:00:17Z"}]}
                                """),
                        List.of(
                                json(
                                        "{\"step\":\"open-tunnel\",\"worker\":\"worker-1\",\"run\":1,\"state\":\"SUCCEEDED\"}")),
                        json(
                                """
                                {"targets":[{"package":"Shop.Server","version":"12.1.3","target":"web-1","state":"RUNNING","bytes":50,"size":100},
                                            {"package":"Shop.Server","version":"12.1.3","target":"web-2","state":"SUCCEEDED","servedBy":{"kind":"CACHE","cache":"cache-eu"}}],
                                 "caches":[{"package":"Shop.Server","version":"12.1.3","cache":"cache-eu","state":"SUCCEEDED"}]}
                                """));
        assertThat(picture.lines(NOW))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "shop 1.0.0 → production",
                                                "7f3k9qzm",
                                                "RUNNING",
                                                "0:14"))
                .anySatisfy(line -> assertThat(line).contains("PRE_ACQUISITION", "✓", "0.6 s"))
                .anySatisfy(line -> assertThat(line).contains("open-tunnel", "worker-1 ✓"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "cache-eu ✓",
                                                "web-1 ━━━━━━──────",
                                                "50 %",
                                                "web-2 ✓ cache-eu"));
    }

    private static JsonNode json(String text) throws Exception {
        return StagecoachJson.mapper().readTree(text);
    }
}
