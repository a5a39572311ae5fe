package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pages in a real Chromium, which a person uses with the keyboard alone, while the orchestrator
 * is killed. With {@code -Dscreenshots.write=true} it writes the pictures of {@code docs/images}.
 */
@InOneWhole
class PagesInBrowserTest {
    private static final String NO_BROWSER =
            "skipped: there is no Chromium on this computer (Debian: apt-get install chromium)";

    private static final List<String> AS_ROOT =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");

    private static final boolean PICTURES = Boolean.getBoolean("screenshots.write");

    private static final int TABS_MAX = 60;

    private final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    private Whole whole;
    private Terminal terminal;
    private Path gate;
    private @Nullable Playwright playwright;
    private Browser browser;
    private int releases;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        Optional<Path> chromium = chromium();
        if (chromium.isEmpty()) {
            System.out.println("PagesInBrowserTest: " + NO_BROWSER);
        }
        assumeTrue(chromium.isPresent(), NO_BROWSER);
        whole = shared;
        terminal =
                new Terminal(
                        whole.api().base(), whole.home().resolve("secrets").resolve("admin-key"));
        gate = folder.resolve("gate");
        typed("push", Packed.of(folder, "Pages.App", 6_000_000).file().toString());
        Path manifest = Files.writeString(folder.resolve("stagecoach.yaml"), MANIFEST);
        whole.apply(manifest, Map.of("GATE", gate.toString()));
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(chromium.get())
                                        .setArgs(
                                                "root".equals(System.getProperty("user.name"))
                                                        ? AS_ROOT
                                                        : List.of())
                                        .setTimeout(120_000)
                                        .setHeadless(true));
    }

    @AfterAll
    void stop() {
        if (playwright != null) {
            playwright.close();
        }
    }

    private static Optional<Path> chromium() {
        return Stream.of(
                        "/usr/bin/chromium",
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome",
                        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Test
    void
            a_person_with_a_keyboard_sees_a_deployment_run_to_its_end_though_the_orchestrator_is_killed()
                    throws Exception {
        try (Page page = opened()) {
            signIn(page);
            page.evaluate("window.never = 'loaded again'");
            String id = deploy();
            Locator link = page.locator("#open-" + id);
            link.waitFor();
            assertThat(page.evaluate("window.never")).isEqualTo("loaded again");
            assertFitsAPhone(page);

            tabTo(page, "open-" + id);
            page.keyboard().press("Enter");
            page.waitForURL("**/deployments/" + id);
            page.evaluate("window.never = 'loaded again'");
            page.locator("#step-smoke-test-web-1.live").waitFor();
            page.locator(".lines .text", new Page.LocatorOptions().setHasText("waits at web-1"))
                    .waitFor();
            tabTo(page, "step-smoke-test-web-1");
            if (PICTURES) {
                page.evaluate("document.activeElement.blur()");
                picture(page, "deployment.png");
            }

            page.evaluate(
                    "new MutationObserver(() => window.away = true).observe(document.getElementById('line'), {attributes: true})");
            whole.kill("orchestrator");
            whole.kill("orchestrator-2");
            page.waitForFunction("window.away");
            Files.createFile(gate);
            whole.awaitAllReady();
            page.locator("[data-part=head] .state.good").waitFor();
            assertThat(whole.ended(id).path("state").asText()).isEqualTo("SUCCEEDED");
            page.locator("#line")
                    .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN));
            assertThat(page.evaluate("window.never")).isEqualTo("loaded again");
            assertSameAsLoadedAnew(page);
            assertFitsAPhone(page);
            assertDarkWhereOneWantsItDark(page);

            tabTo(page, "back");
            page.keyboard().press("Enter");
            page.waitForURL(whole.api().base() + "/");
            if (PICTURES) {
                picturesOfTheFirstPage(page);
            }
            signOut(page);
        }
        assertThat(complaints).isEmpty();
    }

    private Page opened() {
        var context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(1_180, 780)
                                .setColorScheme(ColorScheme.LIGHT));
        context.setDefaultTimeout(480_000);
        Page page = context.newPage();
        page.onConsoleMessage(
                message -> {
                    if (message.text().contains("Content Security Policy")) {
                        complaints.add(message.text());
                    }
                });
        page.onPageError(complaints::add);
        return page;
    }

    private void signIn(Page page) throws Exception {
        page.navigate(whole.api().base() + "/");
        page.waitForURL("**/login");
        assertThat(focused(page)).isEqualTo("key");
        page.keyboard().type(Files.readString(whole.home().resolve("secrets/admin-key")).strip());
        page.keyboard().press("Enter");
        page.waitForURL(whole.api().base() + "/");
    }

    private static void signOut(Page page) {
        tabTo(page, "sign-out");
        page.keyboard().press("Enter");
        page.waitForURL("**/login");
        page.goBack();
        page.reload();
        page.waitForURL("**/login**");
    }

    private String deploy() {
        String release = "1.0." + ++releases;
        typed("release", "create", "web-shop", release);
        return whole.deploy("web-shop", release);
    }

    /** What the page has become is what the server shows now. */
    private static void assertSameAsLoadedAnew(Page page) {
        try (Page anew = page.context().newPage()) {
            anew.navigate(page.url());
            Whole.patiently()
                    .untilAsserted(
                            () ->
                                    assertThat(page.locator("main").innerText())
                                            .isEqualTo(anew.locator("main").innerText()));
        }
    }

    private static void assertFitsAPhone(Page page) {
        var before = page.viewportSize();
        page.setViewportSize(360, 740);
        assertThat(
                        page.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("what sticks out of a phone at " + page.url())
                .isEqualTo(0);
        page.setViewportSize(before.width, before.height);
    }

    private static void assertDarkWhereOneWantsItDark(Page page) {
        assertThat(light(page, "backgroundColor")).isGreaterThan(200);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(light(page, "backgroundColor")).isLessThan(60);
        assertThat(light(page, "color")).isGreaterThan(180);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
    }

    /** From 0 to 255. */
    private static int light(Page page, String property) {
        Object rgb = page.evaluate("p => getComputedStyle(document.body)[p]", property);
        return Stream.of(String.valueOf(rgb).replaceAll("[^0-9,]", "").split(",", -1))
                        .mapToInt(Integer::parseInt)
                        .sum()
                / 3;
    }

    private static void tabTo(Page page, String id) {
        for (int tabs = 0; tabs < TABS_MAX; tabs++) {
            if (focused(page).equals(id)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("no way with the Tab key to " + id + " at " + page.url());
    }

    private static String focused(Page page) {
        return String.valueOf(page.evaluate("document.activeElement.id"));
    }

    private void picturesOfTheFirstPage(Page page) throws Exception {
        for (String project : List.of("billing", "search")) {
            typed("release", "create", project, "2.4.0");
            whole.ended(whole.deploy(project, "2.4.0"));
        }
        typed("release", "create", "billing", "2.5.0");
        whole.ended(
                whole.deploy("billing", "2.5.0", Map.of("comment", "a failure for the picture")));
        String open = deploy();
        page.locator("#open-" + open).waitFor();
        picture(page, "projects.png");
        page.setViewportSize(390, 780);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        page.navigate(whole.api().base() + "/deployments/" + open);
        picture(page, "phone.png");
        page.navigate(whole.api().base() + "/");
    }

    private static void picture(Page page, String name) throws Exception {
        Path folder = Path.of(System.getProperty("stagecoach.checkout"), "docs", "images");
        page.screenshot(
                new Page.ScreenshotOptions()
                        .setPath(Files.createDirectories(folder).resolve(name)));
    }

    private String typed(String... words) {
        Terminal.Answer answer = terminal.type(words);
        assertThat(answer.exit()).as("%s: %s", String.join(" ", words), answer.err()).isZero();
        return answer.out();
    }

    private static final String MANIFEST =
            """
            version: 1
            environments: { production: {} }
            workerPools: { hq: {} }
            projects:
              web-shop:
                name: Web shop
                variables: [ { name: Gate, value: "${env:GATE}" } ]
                steps:
                  - name: open-tunnel
                    phase: PRE_ACQUISITION
                    runOn: { workerPool: hq }
                    script: { body: 'echo "The tunnel is open."' }
                  - name: install
                    kind: PACKAGE
                    runOn: { tags: [pair] }
                    package: { feed: built-in, id: Pages.App }
                  - name: smoke-test
                    runOn: { tags: [pair] }
                    script: { body: 'echo "waits at #{Stagecoach.Target.Id} for the first visitor"; until [ -e "#{Gate}" ]; do sleep 0.2; done; echo "A visitor came."' }
                  - name: close-tunnel
                    condition: ALWAYS
                    runOn: { workerPool: hq }
                    script: { body: 'echo "The tunnel is closed."' }
              billing:
                name: Billing
                steps:
                  - name: start
                    runOn: { tags: [alone] }
                    script: { body: 'test "#{Stagecoach.Release.Version}" != 2.5.0' }
              search:
                name: Search
                steps:
                  - name: start
                    runOn: { tags: [alone] }
                    script: { body: 'echo started' }
            """;
}
