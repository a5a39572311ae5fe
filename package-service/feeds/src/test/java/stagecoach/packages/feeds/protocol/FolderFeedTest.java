package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class FolderFeedTest {
    private static final PackageId SHOP = PackageId.parse("Shop.Web");

    @TempDir Path folder;

    @AfterEach
    void end() {
        mounts.close();
    }

    private static final Path FILE = Path.of("shop.web.1.0.0.nupkg");
    private static final PackageVersion ONE = PackageVersion.parse("1.0.0");
    private static final Duration SOON = Duration.ofSeconds(2);

    private final Mounts mounts = new Mounts();

    private PackageFeed feed(Path at) {
        var usual = FeedRules.USUAL;
        var hurried =
                new FeedRules(
                        SOON,
                        SOON,
                        usual.totalMax(),
                        1,
                        Duration.ZERO,
                        usual.documentBytesMax(),
                        usual.packageBytesMax());
        try (var feeds = new Feeds(hurried, WayOut.USUAL, mounts)) {
            return feeds.open(
                    new FeedSettings(
                            "share",
                            FeedSettings.Kind.FOLDER,
                            at.toString(),
                            Optional.empty(),
                            1,
                            Duration.ZERO));
        }
    }

    private void file(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void packages_lie_flat_or_as_nuget_lays_them_out() throws Exception {
        file("shop.web.1.0.0.nupkg", "one");
        file("Shop.Web.2.0.0-Beta.1.NUPKG", "beta");
        file("shop.web/1.5.0/shop.web.1.5.0.nupkg", "half");
        file("shop.web/1.5.0/shop.web.nuspec", "no package");
        file("Shop.Web.Extra.3.0.0.nupkg", "another package");
        file("readme.txt", "no package");
        assertThat(feed(folder).versions(SHOP))
                .map(PackageVersion::value)
                .containsExactlyInAnyOrder("1.0.0", "2.0.0-Beta.1", "1.5.0");
        assertThat(feed(folder).newest(SHOP, version -> !version.isPrerelease()))
                .contains(PackageVersion.parse("1.5.0"));
        assertThat(feed(folder).search("extra", 10))
                .containsExactly(PackageId.parse("Shop.Web.Extra"));
        var sink = new MemorySink();
        feed(folder).fetch(SHOP, PackageVersion.parse("1.5"), Optional.empty(), sink, _ -> {});
        assertThat(sink.bytes()).asString().isEqualTo("half");
    }

    @Test
    void other_bytes_than_before_are_refused() throws Exception {
        file("shop.web.1.0.0.nupkg", "other");
        assertThatThrownBy(
                        () ->
                                feed(folder)
                                        .fetch(
                                                SHOP,
                                                PackageVersion.parse("1.0"),
                                                Optional.of(Sha512.hashOf(new byte[0])),
                                                new MemorySink(),
                                                _ -> {}))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("another SHA-512");
    }

    @Test
    void a_folder_that_is_not_there_is_said_to_be_missing() {
        assertThatThrownBy(() -> feed(folder.resolve("gone")).versions(SHOP))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("mount it, or correct the url");
    }

    private byte[] content() throws IOException {
        byte[] content = new byte[1_000_000];
        new Random(7).nextBytes(content);
        Files.write(folder.resolve(FILE), content);
        return content;
    }

    private Fetched fetched(MemorySink sink, Optional<Sha512> expected) throws Exception {
        return feed(folder).fetch(SHOP, ONE, expected, sink, _ -> {});
    }

    /** As one that is stopped in the middle. */
    private void brokenOff(MemorySink sink, Optional<Sha512> expected) {
        var stopped =
                new Passage() {
                    private long came;

                    @Override
                    public void came(long bytes) {
                        came += bytes;
                    }

                    @Override
                    public long leave(long most) throws InterruptedException {
                        if (came > 0) {
                            throw new InterruptedException("stopped");
                        }
                        return 100_000;
                    }
                };
        assertThatThrownBy(() -> feed(folder).fetch(SHOP, ONE, expected, sink, stopped))
                .isInstanceOf(InterruptedException.class);
        assertThat(sink.size()).isEqualTo(100_000);
    }

    @Test
    void a_copy_that_broke_off_is_gone_on_with_and_verified() throws Exception {
        byte[] content = content();
        var expected = Optional.of(Sha512.hashOf(content));
        var sink = new MemorySink();
        brokenOff(sink, expected);

        assertThat(fetched(sink, expected)).isEqualTo(new Fetched(900_000, 100_000, 1, true));

        assertThat(sink.bytes()).isEqualTo(content);
    }

    @Test
    void what_came_of_another_file_is_thrown_away_once_it_is_seen_to_be_another() throws Exception {
        Files.write(folder.resolve(FILE), new byte[500_000]);
        var sink = new MemorySink();
        brokenOff(sink, Optional.of(Sha512.hashOf(new byte[500_000])));
        byte[] content = content();

        Fetched fetched = fetched(sink, Optional.of(Sha512.hashOf(content)));

        assertThat(fetched.bytesResumed()).isZero();
        assertThat(sink.bytes()).isEqualTo(content);
    }

    /** As the store keeps it. */
    private static final class TaggedSink extends MemorySink {
        private Optional<String> tag = Optional.empty();

        @Override
        public Optional<String> tag() {
            return tag;
        }

        @Override
        public void tag(Optional<String> source) {
            tag = source;
        }
    }

    @Test
    void a_file_whose_digest_nobody_knows_is_gone_on_with_if_it_is_the_same_still()
            throws Exception {
        byte[] content = content();
        var sink = new TaggedSink();
        brokenOff(sink, Optional.empty());
        assertThat(fetched(sink, Optional.empty()).bytesResumed()).isEqualTo(100_000);
        assertThat(sink.bytes()).isEqualTo(content);

        sink.restart();
        brokenOff(sink, Optional.empty());
        byte[] other = new byte[content.length];
        Files.write(folder.resolve(FILE), other);
        Files.setLastModifiedTime(folder.resolve(FILE), FileTime.from(Instant.EPOCH));
        assertThat(fetched(sink, Optional.empty()).bytesResumed()).isZero();
        assertThat(sink.bytes()).isEqualTo(other);
    }

    /** A pipe, which whoever opens it for reading hangs at like at a file whose server is gone. */
    private Path pipe() throws Exception {
        Path pipe = folder.resolve(FILE);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }

    /** The first half, and no more until it is told. */
    private static void give(byte[] content, Path pipe, CountDownLatch told) {
        try (var out = Files.newOutputStream(pipe)) {
            out.write(content, 0, 150_000);
            told.await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers(Path at) throws InterruptedException {
        try {
            return !feed(at).versions(SHOP).isEmpty();
        } catch (FeedException kept) {
            return false;
        }
    }

    private void givenUp(MemorySink sink, Optional<Sha512> expected) {
        assertThatThrownBy(() -> fetched(sink, expected))
                .isInstanceOfSatisfying(
                        FeedException.class,
                        e -> assertThat(e.kind()).isEqualTo(FeedException.Kind.UNREACHABLE))
                .hasMessage(
                        "feed \"share\": the folder %s does not answer; see whether its file system is there."
                                .formatted(folder));
    }

    @Test
    @Timeout(180)
    void a_folder_that_hangs_in_the_middle_is_given_up_in_words_and_gone_on_with_later(
            @TempDir Path other) throws Exception {
        byte[] content = new byte[300_000];
        new Random(8).nextBytes(content);
        var expected = Optional.of(Sha512.hashOf(content));
        Path pipe = pipe();
        var sink = new MemorySink();
        givenUp(sink, expected);
        assertThatThrownBy(() -> feed(folder).versions(SHOP))
                .as("the mount keeps somebody")
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("does not answer");
        Files.writeString(other.resolve(FILE), "another feed's");
        assertThat(feed(other).versions(SHOP)).containsExactly(ONE);

        // Whoever waits for it to open is let go.
        Files.newOutputStream(pipe).close();
        await().atMost(Duration.ofSeconds(20)).until(() -> answers(folder));
        var hung = new CountDownLatch(1);
        Thread server = Thread.ofPlatform().start(() -> give(content, pipe, hung));
        givenUp(sink, expected);
        assertThat(sink.size()).isEqualTo(150_000);

        hung.countDown();
        server.join();
        Files.delete(pipe);
        Files.write(pipe, content);
        await().atMost(Duration.ofSeconds(20)).until(() -> answers(folder));
        assertThat(fetched(sink, expected)).isEqualTo(new Fetched(150_000, 150_000, 1, true));
        assertThat(sink.bytes()).isEqualTo(content);
    }
}
