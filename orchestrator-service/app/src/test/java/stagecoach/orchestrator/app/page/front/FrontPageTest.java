package stagecoach.orchestrator.app.page.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.page.Browser;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

@OrchestratorTest
class FrontPageTest {
    private Browser browser;

    @BeforeEach
    void signIn() {
        browser = Browser.signedIn(TestKeys.READ.key());
    }

    @Test
    void it_shows_which_release_of_a_project_is_where_and_what_is_under_way() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        shop.release("2.0.0");
        String first = shop.deploy("1.0.0");
        try (var phases = new Phases()) {
            for (int run = 1; run <= 3; run++) {
                Phases.succeeds(phases.awaitPhase(first, run));
            }
            phases.awaitEnd(first, 1);
        }
        String second = shop.deploy("2.0.0");
        String third = shop.deploy("2.0.0");
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(Api.get("/deployments/" + second).asString())
                                        .contains("\"RUNNING\""));

        String page = browser.page("/?after=" + before(shop.project()));
        assertThat(part(page, "cell-" + shop.project() + "-" + shop.environment()))
                .contains("/deployments/" + third, "2.0.0", "queued", "1.0.0 is there");
        assertThat(part(page, "open-" + third)).contains("queued", "behind deployment " + second);
        assertThat(part(page, "open-" + second)).contains("running");
        assertThat(page).doesNotContain("open-" + first);
    }

    @Test
    void a_name_is_shown_as_it_is_and_runs_nothing() {
        var shop = Shop.open(1);
        String name = "<script>alert('x')</script> & \\\"sons\\\"";
        Api.expect(
                200, Api.put("/projects/" + shop.project(), "{\"name\": \"%s\"}".formatted(name)));
        assertThat(browser.page("/?after=" + before(shop.project())))
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;sons&quot;")
                .doesNotContain("<script>alert");
    }

    /** An id that sorts right before it. */
    private static String before(String id) {
        return id.substring(0, id.length() - 1) + (char) (id.charAt(id.length() - 1) - 1) + "zzz";
    }

    private static String part(String page, String id) {
        int at = page.indexOf("id=\"" + id + "\"");
        assertThat(at).as(id).isPositive();
        return page.substring(at, Math.min(page.length(), at + 700));
    }
}
