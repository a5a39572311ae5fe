package stagecoach.orchestrator.app.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.Artifact;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.PlayedPackageService;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;

/** The files that scripts have collected are told with their deployment, and given as they are. */
@OrchestratorTest
class ArtifactsTest {
    private static final byte[] BYTES = PlayedPackageService.collected();
    private static final Digest SHA256 = Digest.of(BYTES);

    private Runs run;
    private String path;

    private void deployed() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        run = Runs.ofSteps(shop, id, 101);
        path = "/deployments/" + id + "/artifacts";
    }

    private static Ticket aTicket() {
        return new Ticket(UUID.randomUUID());
    }

    private static Artifact file(String name) {
        return new Artifact(name, BYTES.length, SHA256);
    }

    private static Response read(String key, String path, String... headers) {
        var request = RestAssured.given();
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.get("/api/v1" + path);
    }

    @Test
    void they_are_listed_with_whose_they_are_page_by_page_and_each_once() {
        deployed();
        assertThat(Api.expect(200, Api.get(path)).getList("items")).isEmpty();
        Ticket ticket = aTicket();
        var web = new AgentId("target:w-1");
        run.collects(ticket, web, file("report.txt"), file("report.txt"));
        run.collects(ticket, web, file("report.txt"), file("report.txt"));
        run.collects(aTicket(), new AgentId("worker:hq-1"), file("other"));
        JsonPath all = Runs.eventually(path, told -> told.getList("items").size() >= 3);
        assertThat(all.getList("items.name"))
                .containsExactlyInAnyOrder("report.txt", "report.txt", "other");
        assertThat(all.getList("items.sha256")).containsOnly(SHA256.value());
        assertThat(all.getInt("items[0].size")).isEqualTo(BYTES.length);
        assertThat(all.getList("items.step")).containsOnly("start");
        assertThat(all.getList("items.run")).containsOnly(101);
        assertThat(all.getList("items.target")).containsOnly("w-1", null);
        assertThat(all.getList("items.worker")).containsOnly("hq-1", null);
        assertThat(all.getList("items.id")).contains(ticket + "-1", ticket + "-2");
        assertThat(all.getString("items[0].collectedAt")).endsWith("Z");

        List<Object> pages = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonPath page = Api.expect(200, Api.get(path + "?limit=1&cursor=" + cursor));
            assertThat(page.getList("items")).hasSize(1);
            pages.addAll(page.getList("items.id"));
            cursor = page.getString("next");
        }
        assertThat(pages).isEqualTo(all.getList("items.id"));
        assertThat(Api.get(path + "?cursor=YQ").statusCode()).isEqualTo(400);
    }

    @Test
    void one_is_downloaded_as_it_is_whole_or_in_part_and_shown_by_no_browser() {
        deployed();
        Ticket ticket = aTicket();
        run.collects(ticket, new AgentId("target:w-1"), file("pr\u00fcf \"1\".html"));
        Runs.eventually(path, told -> told.getList("items").size() == 1);
        String one = path + "/" + ticket + "-1";
        String key = TestKeys.READ.key();

        Response whole = read(key, one);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.asByteArray()).isEqualTo(BYTES);
        assertThat(whole.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(whole.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(whole.header("Content-Length")).isEqualTo("" + BYTES.length);
        assertThat(whole.header("Content-Disposition"))
                .isEqualTo(
                        "attachment; filename=\"pr_f _1_.html\"; filename*=UTF-8''pr%C3%BCf%20%221%22.html");
        String etag = whole.header("ETag");
        assertThat(etag).isEqualTo("\"" + SHA256 + "\"");

        Response head =
                RestAssured.given().header("Authorization", "Bearer " + key).head("/api/v1" + one);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo("" + BYTES.length);
        assertThat(head.header("ETag")).isEqualTo(etag);

        int at = BYTES.length - 9;
        Response rest = read(key, one, "Range", "bytes=" + at + "-", "If-Range", etag);
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.asByteArray()).isEqualTo(Arrays.copyOfRange(BYTES, at, BYTES.length));
        assertThat(read(key, one, "Range", "bytes=9-", "If-Range", "\"x\"").statusCode())
                .isEqualTo(200);
        assertThat(read(key, one, "If-None-Match", etag).statusCode()).isEqualTo(304);
    }

    @Test
    void who_may_not_read_gets_none_and_what_is_not_there_is_said_to_be_so() {
        deployed();
        Ticket ticket = aTicket();
        run.collects(ticket, new AgentId("target:w-1"), new Artifact("gone", 1, Digest.of("gone")));
        Runs.eventually(path, told -> told.getList("items").size() == 1);
        assertThat(read("", path + "/" + ticket + "-1").statusCode()).isEqualTo(401);
        assertThat(read(TestKeys.PUSH.key(), path + "/" + ticket + "-1").statusCode())
                .isEqualTo(403);
        Response gone = Api.get(path + "/" + ticket + "-1");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.asString()).contains("not kept any more");
        for (String other : List.of("-2", "-0", "-1x")) {
            Response none = Api.get(path + "/" + ticket + other);
            assertThat(none.statusCode()).as(other).isEqualTo(404);
            assertThat(none.asString()).contains("artifacts lists them");
        }
        assertThat(Api.get("/deployments/00000000/artifacts").statusCode()).isEqualTo(404);
        deployed();
        assertThat(Api.get(path + "/" + ticket + "-1").statusCode())
                .as("of another deployment")
                .isEqualTo(404);
    }
}
