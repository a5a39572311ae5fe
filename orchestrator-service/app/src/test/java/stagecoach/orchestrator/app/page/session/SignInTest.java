package stagecoach.orchestrator.app.page.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import io.restassured.http.Cookie;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.page.Browser;
import stagecoach.runtime.access.browser.Visitors;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

@OrchestratorTest
class SignInTest {
    @Inject UnitOfWork unitOfWork;
    @Inject SessionsPast past;
    @Inject Clock clock;

    @Test
    void whoever_has_not_signed_in_is_led_to_where_one_does() {
        var browser = new Browser();
        assertThat(browser.get("/"))
                .returns(303, Response::statusCode)
                .extracting(answer -> answer.header("Location"))
                .asString()
                .endsWith("/login");
        assertThat(browser.get("/deployments/7f3k9qzm").header("Location"))
                .endsWith("/login?to=%2Fdeployments%2F7f3k9qzm");
        assertThat(browser.get("/live").statusCode()).isEqualTo(401);
        assertThat(browser.page("/login")).contains("API key", "Sign in");
    }

    @Test
    void a_key_in_a_header_opens_no_page_and_a_session_opens_nothing_of_the_api() {
        RestAssured.given()
                .redirects()
                .follow(false)
                .header("Authorization", TestKeys.ADMIN.bearer())
                .get("/")
                .then()
                .statusCode(303);
        var browser = Browser.signedIn(TestKeys.ADMIN.key());
        assertThat(browser.get("/api/v1/projects").statusCode()).isEqualTo(401);
        assertThat(browser.post("/api/v1/deployments", Map.of()).statusCode()).isEqualTo(401);
    }

    @Test
    void the_cookie_never_holds_the_key_and_no_script_or_other_site_gets_it() {
        var browser = new Browser();
        Response answer = browser.signIn(TestKeys.READ.key(), browser.form("/login"));
        Cookie cookie = answer.detailedCookie(Visitors.COOKIE);
        assertThat(cookie.getValue()).hasSize(43).doesNotContain(TestKeys.READ.key());
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSameSite()).isEqualTo("Strict");
        assertThat(cookie.isSecured()).isFalse();
        assertThat(browser.page("/")).contains(TestKeys.READ.actor());
        assertThat(secureCookie().isSecured()).isTrue();
    }

    private static Cookie secureCookie() {
        return RestAssured.given()
                .header("X-Forwarded-Proto", "https")
                .get("/login")
                .detailedCookie("stagecoach-visitor");
    }

    @Test
    void a_wrong_key_and_one_that_may_not_read_are_refused_in_words() {
        var browser = new Browser();
        Response wrong = browser.signIn("sc_guessed", browser.form("/login"));
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.asString())
                .contains("unknown or has expired")
                .doesNotContain("sc_guessed");
        Response pushing = browser.signIn(TestKeys.PUSH.key(), browser.form("/login"));
        assertThat(pushing.statusCode()).isEqualTo(403);
        assertThat(pushing.asString()).contains("may not read");
        assertThat(browser.cookie(Visitors.COOKIE)).isEmpty();
    }

    @Test
    void a_form_that_was_not_sent_from_our_page_is_refused() {
        var browser = new Browser();
        String form = browser.form("/login");
        assertThat(browser.signIn(TestKeys.READ.key(), "").statusCode()).isEqualTo(403);
        assertThat(browser.signIn(TestKeys.READ.key(), "0".repeat(64)).statusCode()).isEqualTo(403);
        assertThat(new Browser().signIn(TestKeys.READ.key(), form).statusCode()).isEqualTo(403);
        assertThat(browser.signIn(TestKeys.READ.key(), form).statusCode()).isEqualTo(303);

        assertThat(browser.post("/logout", Map.of("form", form)).statusCode()).isEqualTo(403);
        assertThat(browser.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void after_signing_out_the_cookie_is_dead_for_everybody_who_has_it() {
        var browser = Browser.signedIn(TestKeys.READ.key());
        String cookie = browser.cookie(Visitors.COOKIE);
        String form = browser.form("/");
        assertThat(browser.post("/logout", Map.of("form", form)).statusCode()).isEqualTo(303);
        assertThat(browser.cookie(Visitors.COOKIE)).isEmpty();
        browser.keep(Visitors.COOKIE, cookie);
        assertThat(browser.get("/").statusCode()).isEqualTo(303);
        assertThat(browser.get("/live").statusCode()).isEqualTo(401);
    }

    @Test
    void a_session_ends_with_the_key_that_opened_it_and_is_forgotten() {
        var made =
                Api.expect(
                        201, Api.post("/api-keys", "{\"name\": \"guest\", \"roles\": [\"READ\"]}"));
        var browser = Browser.signedIn(made.getString("key"));
        assertThat(browser.page("/")).contains("guest");
        long before = sessions();
        assertThat(Api.delete("/api-keys/" + made.getString("id")).statusCode()).isEqualTo(204);
        assertThat(browser.get("/").statusCode()).isEqualTo(303);
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            unitOfWork.execute(tx -> past.forget(tx, clock.instant(), 100));
                            return sessions() < before;
                        });
    }

    @Test
    void a_session_whose_time_is_over_is_forgotten_and_others_are_not() {
        var browser = Browser.signedIn(TestKeys.READ.key());
        unitOfWork.execute(tx -> past.forget(tx, clock.instant(), 100));
        assertThat(browser.get("/").statusCode()).isEqualTo(200);
        unitOfWork.execute(
                tx -> past.forget(tx, clock.instant().plus(Duration.ofHours(13)), 10_000));
        assertThat(browser.get("/").statusCode()).isEqualTo(303);
    }

    private long sessions() {
        return unitOfWork
                .run(tx -> tx.select("SELECT count(*) FROM page_session"))
                .getFirst()
                .number(0);
    }

    @Test
    void whoever_tries_keys_waits_and_others_do_not() {
        var browser = new Browser();
        String form = browser.form("/login");
        String visitor = browser.cookie("stagecoach-visitor");
        for (int i = 0; i < WrongKeys.MAX; i++) {
            assertThat(tried(visitor, form, "192.0.2.77", "sc_guess-" + i)).isEqualTo(401);
        }
        assertThat(tried(visitor, form, "192.0.2.77", TestKeys.READ.key())).isEqualTo(429);
        assertThat(tried(visitor, form, "192.0.2.78", TestKeys.READ.key())).isEqualTo(303);
    }

    private static int tried(String visitor, String form, String address, String key) {
        return RestAssured.given()
                .redirects()
                .follow(false)
                .header("X-Forwarded-For", address)
                .cookie("stagecoach-visitor", visitor)
                .formParam("form", form)
                .formParam("key", key)
                .post("/login")
                .statusCode();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://elsewhere.example/",
                "//elsewhere.example",
                "/\\elsewhere.example",
                "/login",
                "javascript:alert(1)"
            })
    void nobody_is_led_elsewhere_by_signing_in(String to) {
        var browser = new Browser();
        String form = browser.form("/login");
        Response answer =
                browser.post("/login", Map.of("form", form, "key", TestKeys.READ.key(), "to", to));
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.header("Location")).endsWith(RestAssured.port + "/");
    }

    @Test
    void a_page_runs_nothing_but_what_is_from_here_and_stands_in_no_frame() {
        Response page = Browser.signedIn(TestKeys.READ.key()).get("/");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");
        String html = page.asString();
        assertThat(html).doesNotContain(" style=", "onclick", "http://", "https://");
        var assets =
                Pattern.compile("(?:src|href)=\"(/(?:assets|_static)/[^\"]+)\"")
                        .matcher(html)
                        .results()
                        .map(match -> match.group(1))
                        .toList();
        assertThat(assets).hasSizeGreaterThanOrEqualTo(4);
        for (String asset : assets) {
            assertThat(RestAssured.get(asset).statusCode()).as(asset).isEqualTo(200);
        }
    }
}
