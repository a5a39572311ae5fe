package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.upstream.Fetch;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.FeedId;

/** What comes from a feed outside keeps to the feed's budget, for whomever it comes. */
@PackageServiceTest
class FeedBudgetTest {
    private static final Pattern SO_FAR = Pattern.compile("([0-9.]+) MB so far");

    private static int count;

    @Inject Upstream upstream;

    private final CountDownLatch gate = new CountDownLatch(1);
    private FeedOutside outside;
    private String family = "";
    private FeedId feed = new FeedId("unset");

    @BeforeEach
    void open() throws Exception {
        family = "Budget" + ++count;
        feed = new FeedId("narrow-feed-" + count);
        outside = new FeedOutside();
    }

    @AfterEach
    void remove() throws Exception {
        gate.countDown();
        outside.close();
        Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
    }

    private HttpResponse<String> put(String budget) throws Exception {
        String settings = outside.settings(family + ".*").strip();
        return Http.put(
                "/api/v1/feeds/" + feed,
                settings.substring(0, settings.length() - 1) + budget + "}");
    }

    private void limited(String budget) throws Exception {
        HttpResponse<String> answer = put(budget);
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    }

    private Nupkg held(String name, int payload) {
        var nupkg = Packages.of(family + "." + name, "1.0.0", payload);
        outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        return nupkg;
    }

    private void want(Nupkg nupkg) throws Exception {
        OnVirtualThread.call(
                () -> {
                    upstream.want(feed, nupkg.id(), nupkg.version());
                    return nupkg;
                });
    }

    private Fetch fetch(Nupkg nupkg, Duration patience) throws Exception {
        return OnVirtualThread.call(
                () -> upstream.await(Asker.RELEASE, feed, nupkg.id(), nupkg.version(), patience));
    }

    /** The bytes that have come, to a tenth of a megabyte. */
    private double soFar(Nupkg nupkg) throws Exception {
        Matcher told =
                SO_FAR.matcher(((Fetch.Underway) fetch(nupkg, Duration.ofMillis(1))).sentence());
        assertThat(told.find()).isTrue();
        return Double.parseDouble(told.group(1)) * (1 << 20);
    }

    private boolean isAskedFor(Nupkg nupkg) {
        return outside.asked.stream()
                .anyMatch(path -> path.contains(nupkg.id().lower()) && path.endsWith(".nupkg"));
    }

    @Test
    void
            a_build_passes_a_large_package_of_a_release_that_its_feed_slows_down_until_it_does_no_more()
                    throws Exception {
        int rate = 400_000;
        limited(",\"bytesPerSecondMax\":" + rate);
        var large = held("Large", 30_000_000);
        var small = held("Small", 5_000);
        long begun = System.nanoTime();
        want(large);
        await().atMost(StagecoachResource.PATIENCE).until(() -> soFar(large) > 0);

        var read = Http.bytes(Http.request(small.flatPath(), TestKeys.READ));

        assertThat(read.body()).isEqualTo(small.bytes());
        await().atMost(StagecoachResource.PATIENCE).until(() -> soFar(large) > rate);
        // First what has come, and then how long that took: a look takes its time, too.
        double came = soFar(large);
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertThat(came).isLessThan(rate * (seconds + 1));

        double left = large.bytes().length - came;
        long lifted = System.nanoTime();
        limited("");
        assertThat(fetch(large, StagecoachResource.PATIENCE)).isInstanceOf(Fetch.Here.class);
        assertThat(Duration.ofNanos(System.nanoTime() - lifted))
                .as("much sooner than at that rate")
                .isLessThan(Duration.ofSeconds((long) left / rate / 2));
    }

    @Test
    void what_builds_read_through_is_slowed_down_too() throws Exception {
        int rate = 500_000;
        limited(",\"bytesPerSecondMax\":" + rate);
        var nupkg = held("Read", 1_500_000);
        long begun = System.nanoTime();

        var read = Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));

        assertThat(read.body()).isEqualTo(nupkg.bytes());
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofMillis(1_800));
    }

    @Test
    void so_many_come_at_once_and_more_when_it_is_told_so() throws Exception {
        limited(",\"transfersMax\":1");
        var first = held("First", 100);
        var second = held("Second", 100);
        outside.gated = first.id().lower();
        outside.gate = gate;
        want(first);
        await().atMost(StagecoachResource.PATIENCE).until(() -> isAskedFor(first));

        want(second);
        await().during(Duration.ofSeconds(1)).until(() -> !isAskedFor(second));
        limited(",\"transfersMax\":2");

        assertThat(fetch(second, StagecoachResource.PATIENCE)).isInstanceOf(Fetch.Here.class);
        assertThat(fetch(first, Duration.ofMillis(1))).isInstanceOf(Fetch.Underway.class);
        gate.countDown();
        assertThat(fetch(first, StagecoachResource.PATIENCE)).isInstanceOf(Fetch.Here.class);
    }

    @Test
    void it_is_read_back_and_every_mistake_is_told() throws Exception {
        limited(",\"bytesPerSecondMax\":5000000,\"transfersMax\":4");
        String read = Http.get("/api/v1/feeds/" + feed).body();
        assertThat(read).contains("\"bytesPerSecondMax\":5000000", "\"transfersMax\":4");
        assertThat(Http.put("/api/v1/feeds/" + feed, read).statusCode()).isEqualTo(200);

        HttpResponse<String> wrong = put(",\"bytesPerSecondMax\":10,\"transfersMax\":0");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("/bytesPerSecondMax", "/transfersMax");

        HttpResponse<String> builtIn =
                Http.put("/api/v1/feeds/built-in", "{\"bytesPerSecondMax\":5000000}");
        assertThat(builtIn.statusCode()).isEqualTo(400);
        assertThat(builtIn.body()).contains("Limit a region, a cache or a deployment");
        var written = Http.put("/api/v1/feeds/built-in", Http.get("/api/v1/feeds/built-in").body());
        assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
    }
}
