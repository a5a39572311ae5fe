package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/** Many clients read through at once, and some feed is slow. */
@PackageServiceTest
class ReadThroughTurnsTest {
    private static int count;

    @Inject Upstream upstream;

    private final CountDownLatch gate = new CountDownLatch(1);
    private FeedOutside slow;
    private FeedOutside quick;
    private String family = "";

    @BeforeEach
    void two_feeds() throws Exception {
        family = "Turns" + ++count;
        slow = new FeedOutside();
        quick = new FeedOutside();
        configure("slow-" + count, slow.settings(family + ".Slow.*"));
        configure("quick-" + count, quick.settings(family + ".Quick.*"));
    }

    private static void configure(String feed, String json) throws Exception {
        assertThat(Http.put("/api/v1/feeds/" + feed, json).statusCode()).isEqualTo(201);
    }

    @AfterEach
    void remove() throws Exception {
        gate.countDown();
        slow.close();
        quick.close();
        for (String feed : List.of("slow-" + count, "quick-" + count)) {
            Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
        }
    }

    private Nupkg held(FeedOutside outside, String name) {
        var nupkg = Packages.of(family + "." + name, "1.0.0", 100);
        outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        return nupkg;
    }

    private static HttpRequest request(Nupkg nupkg) {
        return Http.request(nupkg.flatPath(), TestKeys.READ).build();
    }

    private static HttpResponse<byte[]> download(Nupkg nupkg) throws Exception {
        return Http.CLIENT.send(request(nupkg), BodyHandlers.ofByteArray());
    }

    @Test
    void a_feed_that_hangs_keeps_nobody_from_what_is_here_from_other_feeds_and_from_releases()
            throws Exception {
        Nupkg stored = held(slow, "Slow.Stored");
        assertThat(download(stored).body()).isEqualTo(stored.bytes());
        slow.gated = "hanging";
        slow.gate = gate;
        List<Nupkg> hanging = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            hanging.add(held(slow, "Slow.Hanging" + i));
        }
        List<CompletableFuture<HttpResponse<byte[]>>> readers =
                hanging.stream()
                        .map(
                                each ->
                                        Http.CLIENT.sendAsync(
                                                request(each), BodyHandlers.ofByteArray()))
                        .toList();
        await().atMost(StagecoachResource.PATIENCE).until(() -> slow.downloads() >= 9);

        assertThat(download(stored).body()).isEqualTo(stored.bytes());
        Nupkg other = held(quick, "Quick.Other");
        assertThat(download(other).body()).isEqualTo(other.bytes());
        // A release of the same feed has a place of its own, and takes over what a reader wants.
        Nupkg released = held(slow, "Slow.Released");
        assertThat(forRelease(released)).isInstanceOf(Fetch.Here.class);
        assertThat(readers).noneMatch(CompletableFuture::isDone);
        // No more at once than are allowed: the one that is here, and the one of the release.
        assertThat(slow.downloads()).isEqualTo(8 + 2);

        gate.countDown();
        for (int i = 0; i < readers.size(); i++) {
            assertThat(readers.get(i).get().body()).isEqualTo(hanging.get(i).bytes());
        }
    }

    private Fetch forRelease(Nupkg nupkg) throws Exception {
        return OnVirtualThread.call(
                () ->
                        upstream.await(
                                Asker.RELEASE,
                                new FeedId("slow-" + count),
                                nupkg.id(),
                                nupkg.version(),
                                Duration.ofSeconds(30)));
    }

    @Test
    void what_many_ask_within_some_seconds_is_asked_outside_once() throws Exception {
        Nupkg nupkg = held(quick, "Quick.Popular");
        String id = nupkg.id().value().toLowerCase(Locale.ROOT);
        String versions = "/nuget/v3/flatcontainer/%s/index.json".formatted(id);
        String registrations = "/nuget/v3/registrations/plain/%s/index.json".formatted(id);
        long began = System.nanoTime();
        var answers =
                Stream.generate(() -> List.of(versions, registrations))
                        .limit(50)
                        .flatMap(List::stream)
                        .map(
                                path ->
                                        Http.CLIENT.sendAsync(
                                                Http.request(path, TestKeys.READ).build(),
                                                BodyHandlers.ofString()))
                        .toList();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get().statusCode()).isEqualTo(200);
        }
        // What was told is remembered for three seconds, and a slow computer takes longer.
        long times = 1 + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) / 3;
        for (String path : List.of("/flat/%s/index.json", "/reg/%s/index.json")) {
            assertThat(quick.asked)
                    .filteredOn(path.formatted(id)::equals)
                    .hasSizeBetween(1, (int) times);
        }
    }
}
