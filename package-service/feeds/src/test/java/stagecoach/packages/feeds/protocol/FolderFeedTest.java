package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class FolderFeedTest {
    private static final PackageId SHOP = PackageId.parse("Shop.Web");

    @TempDir Path folder;

    private PackageFeed feed(Path at) {
        try (var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL)) {
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
}
