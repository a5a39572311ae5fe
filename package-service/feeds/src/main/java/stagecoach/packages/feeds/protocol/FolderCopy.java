package stagecoach.packages.feeds.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedException.Kind;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.feeds.transport.Pauses;
import stagecoach.packages.server.mount.MountedFile;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Brings one file from a folder, in several attempts if need be. It is gone on with behind what
 * came where nothing else can be meant: it is the same file still, or its digest is known and is
 * compared in the end. What the sink does is done on the caller's thread: one that a mount keeps
 * never writes.
 */
final class FolderCopy {
    private static final int BUFFER_BYTES = 1 << 18;

    private final FolderFeed feed;
    private final FeedSettings settings;
    private final FeedRules rules;
    private final Mounts mounts;
    private final Path file;
    private final Optional<Sha512> expected;
    private final PackageSink sink;
    private final Passage passage;

    private long giveUpAt;
    private long bytes;
    private long resumed;

    FolderCopy(
            FolderFeed feed,
            FeedSettings settings,
            FeedRules rules,
            Mounts mounts,
            Path file,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage) {
        this.feed = feed;
        this.settings = settings;
        this.rules = rules;
        this.mounts = mounts;
        this.file = file;
        this.expected = expected;
        this.sink = sink;
        this.passage = passage;
        this.giveUpAt = System.nanoTime() + rules.totalMax().toNanos();
    }

    /** What a file is; one with the same tag has the same bytes. */
    private record Seen(long size, String tag) {
        static Seen of(Path file) throws IOException {
            var is = Files.readAttributes(file, BasicFileAttributes.class);
            return new Seen(
                    is.size(),
                    "%d %s %s".formatted(is.size(), is.lastModifiedTime(), is.fileKey()));
        }
    }

    /** Brings it, or says why it cannot be had. */
    Fetched run() throws FeedException, IOException, InterruptedException {
        if (expected.isPresent()) {
            sink.expect(expected.get());
        } else {
            // To say where it is, Java asks the mount, too.
            sink.from(feed.mounted(_ -> file.toUri()));
        }
        var pauses = new Pauses(settings.downloadBackoff(), Duration.ZERO);
        for (int attempt = 1; ; attempt++) {
            try {
                attempt();
                return new Fetched(bytes, resumed, attempt, expected.isPresent());
            } catch (FeedException e) {
                // A mount that keeps whoever asks it is not asked again and again.
                boolean again =
                        e.kind() == Kind.UNREACHABLE
                                && !(e.getCause() instanceof Mounts.Silent)
                                && attempt < settings.downloadAttempts()
                                && !isLate();
                if (!again) {
                    throw e;
                }
            }
            pauses.take();
        }
    }

    private boolean isLate() {
        return System.nanoTime() - giveUpAt > 0;
    }

    private void attempt() throws FeedException, IOException, InterruptedException {
        Seen seen = feed.mounted(_ -> Seen.of(file));
        boolean same = expected.isPresent() || sink.tag().filter(seen.tag()::equals).isPresent();
        if (!same || sink.size() > seen.size()) {
            sink.restart();
        }
        sink.tag(Optional.of(seen.tag()));
        sink.announce(seen.size());
        long from = sink.size();
        resumed += from;
        long since = System.nanoTime();
        try (Passage.Place _ = passage.enter()) {
            giveUpAt += System.nanoTime() - since;
            copied(from);
        }
        if (!feed.mounted(_ -> Seen.of(file)).equals(seen) || sink.size() != seen.size()) {
            sink.restart();
            throw feed.problem(
                    Kind.UNREACHABLE,
                    "%s changed while it was read; wait until it is written"
                            .formatted(file.getFileName()),
                    null);
        }
        if (expected.isPresent() && !sink.digest().equals(expected.get())) {
            sink.restart();
            if (from > 0) {
                // What came before may have been another one.
                resumed -= from;
                attempt();
                return;
            }
            throw feed.problem(
                    Kind.WRONG,
                    "%s has other bytes than the package has to have (another SHA-512)"
                            .formatted(file.getFileName()),
                    null);
        }
    }

    private void copied(long from) throws FeedException, IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long granted = 0;
        try (MountedFile content = opened(from)) {
            while (true) {
                if (granted == 0) {
                    long since = System.nanoTime();
                    granted = passage.leave(buffer.length);
                    // How long we let it wait is not the folder's slowness.
                    giveUpAt += System.nanoTime() - since;
                }
                int count = content.read(buffer, (int) Math.min(granted, buffer.length));
                if (count < 0) {
                    return;
                }
                granted -= count;
                if (isLate()) {
                    throw feed.problem(
                            Kind.UNREACHABLE,
                            "the folder %s is too slow: %s took more than %d h"
                                    .formatted(
                                            feed.folder(),
                                            file.getFileName(),
                                            rules.totalMax().toHours()),
                            null);
                }
                if (sink.size() + count > rules.packageBytesMax()) {
                    throw feed.problem(
                            Kind.WRONG,
                            "%s is larger than the %d bytes that are taken"
                                    .formatted(file.getFileName(), rules.packageBytesMax()),
                            null);
                }
                sink.write(buffer, 0, count);
                bytes += count;
                passage.came(count);
            }
        } catch (Mounts.Silent e) {
            throw feed.silent(e);
        } catch (ExecutionException e) {
            throw feed.failed(e);
        }
    }

    private MountedFile opened(long from)
            throws FeedException, Mounts.Silent, ExecutionException, InterruptedException {
        MountedFile opened =
                MountedFile.open(mounts, feed.folder(), file, rules.stallMax())
                        .orElseThrow(
                                () ->
                                        feed.problem(
                                                Kind.MISSING,
                                                "%s is not there any more"
                                                        .formatted(file.getFileName()),
                                                null));
        try {
            for (long left = from; left > 0; ) {
                long skipped = opened.skip(left);
                if (skipped <= 0) {
                    break;
                }
                left -= skipped;
            }
        } catch (Mounts.Silent | ExecutionException | InterruptedException e) {
            opened.close();
            throw e;
        }
        return opened;
    }
}
