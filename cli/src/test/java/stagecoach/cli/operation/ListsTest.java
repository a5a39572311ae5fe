package stagecoach.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people look at first. */
class ListsTest {
    private KeptDocuments server;

    @BeforeEach
    void start() throws IOException {
        server = new KeptDocuments();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void deployments_are_listed_with_when_by_whom_and_why() {
        server.put(
                "/deployments",
                """
                {"items": [
                  {"id": "c3", "project": "shop", "release": "1.1.0", "environment": "production",
                   "state": "QUEUED", "createdAt": "2026-11-30T08:30:00.5Z", "startedAt": null,
                   "endedAt": null, "createdBy": "ci", "failure": null,
                   "waitingFor": [{"reason": "PAUSED", "detail": "production is paused: fair"}]},
                  {"id": "b2", "project": "shop", "release": "1.0.0", "environment": "staging",
                   "state": "FAILED", "createdAt": "2026-11-30T08:20:00Z",
                   "startedAt": "2026-11-30T08:20:01Z", "endedAt": "2026-11-30T08:22:03Z",
                   "createdBy": "eva", "failure": "greet failed on web-1", "waitingFor": []}],
                 "next": null}""");
        assertThat(server.run("deployment", "list").lines().toList())
                .containsExactly(
                        "ID  RELEASE     TO          STATE   CREATED               TOOK  BY   WHY",
                        "c3  shop 1.1.0  production  QUEUED  2026-11-30 08:30:00Z  -     ci   production is paused: fair",
                        "b2  shop 1.0.0  staging     FAILED  2026-11-30 08:20:00Z  2:02  eva  greet failed on web-1");
    }

    @Test
    void a_target_is_shown_with_what_is_known_of_it() {
        server.put(
                "/targets/web-1",
                """
                {"id": "web-1", "environments": ["staging", "production"], "tags": ["web"],
                 "region": null, "disabled": true, "thumbprint": "c2d5",
                 "health": {"state": "UNAVAILABLE", "reason": "Its connection broke.",
                            "checkedAt": "2026-11-30T08:23:51.116946Z", "version": "0.1.0",
                            "freeDiskBytes": 72524369920}}""");
        server.put(
                "/agents/target:web-1",
                """
                {"id": "target:web-1",
                 "health": {"state": "UNAVAILABLE", "reason": "Its connection broke.",
                            "checkedAt": "2026-11-30T08:23:51.116946Z",
                            "lastSeenAt": "2026-11-30T08:23:26Z", "version": "0.1.0",
                            "freeDiskBytes": 70524369920, "capabilities": ["bash", "sh"]}}""");
        assertThat(server.run("target", "show", "web-1").lines().map(String::stripTrailing))
                .containsExactly(
                        "web-1",
                        "health        UNAVAILABLE  Its connection broke.",
                        "since         2026-11-30 08:23:51Z",
                        "last seen     2026-11-30 08:23:26Z",
                        "disabled      yes",
                        "region        none",
                        "environments  staging,production",
                        "tags          web",
                        "version       0.1.0",
                        "free disk     70.52 GB",
                        "can do        bash,sh",
                        "thumbprint    c2d5",
                        "it has told of no cache how far that is");
    }

    @Test
    void a_target_is_shown_also_while_its_gateway_is_away() {
        server.put(
                "/targets/web-1",
                """
                {"id": "web-1", "environments": [], "tags": [], "region": null,
                 "health": {"state": "HEALTHY", "reason": null}}""");
        server.isAway("/agents/target:web-1");
        assertThat(server.run("target", "show", "web-1")).contains("web-1", "HEALTHY");
    }
}
