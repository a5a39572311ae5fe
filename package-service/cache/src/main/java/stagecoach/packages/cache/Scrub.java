package stagecoach.packages.cache;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.Pace;
import stagecoach.packages.server.blob.Verification;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Reads all that is held again, slowly and round after round, and drops what is no longer what it
 * was; it is pulled again when somebody needs it. After a restart it goes on where it was.
 */
final class Scrub implements Closeable {
    private static final Logger LOG = Logger.getLogger(Scrub.class);
    private static final int PAGE_MAX = 1000;
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    private static final long CLOSING_MILLIS_MAX = 5000;

    private final BlobStore blobs;
    private final Pulls pulls;
    private final Pace pace;
    private final Duration every;
    private final Path file;
    private final Clock clock;
    private final CountDownLatch stop = new CountDownLatch(1);
    private Iterator<Sha512> page = List.<Sha512>of().iterator();
    private @Nullable Thread thread;

    /**
     * @param every how much time is between the beginnings of two rounds, at least
     * @param file keeps where it is
     */
    Scrub(BlobStore blobs, Pulls pulls, Pace pace, Duration every, Path file, Clock clock) {
        this.blobs = blobs;
        this.pulls = pulls;
        this.pace = pace;
        this.every = every;
        this.file = file;
        this.clock = clock;
    }

    /**
     * Where a round is.
     *
     * @param after the digest that was read last; empty at the beginning
     */
    private record At(Instant began, String after) {}

    /** Begins, on a thread of its own. */
    void start() {
        thread = Thread.ofPlatform().name("scrub").daemon().start(this::run);
    }

    private void run() {
        try {
            do {
                try {
                    while (step() && stop.getCount() > 0) {
                        // The pace is kept within a step.
                    }
                } catch (IOException | UncheckedIOException e) {
                    LOG.warn("What is held cannot be read again; once more later.", e);
                }
            } while (!stop.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Reads the next package.
     *
     * @return whether there is more to do now
     */
    boolean step() throws IOException, InterruptedException {
        At at = at();
        if (!page.hasNext()) {
            page = pageAfter(at.after());
        }
        if (!page.hasNext()) {
            if (clock.instant().isBefore(at.began().plus(every))) {
                return false;
            }
            keep(new At(clock.instant(), ""));
            return true;
        }
        Sha512 next = page.next();
        // Before it is read: one that cannot be read must not keep the others from being.
        keep(new At(at.began(), next.hex()));
        String known = pulls.lastOrder(next);
        if (blobs.verify(next, pace) instanceof Verification.Broken(Sha512 actual)
                && pulls.dropDamaged(next, known)) {
            LOG.errorf(
                    "A package was damaged and is dropped; it is pulled again when somebody needs it. sha512=%s actual=%s",
                    next, actual);
        }
        return true;
    }

    private Iterator<Sha512> pageAfter(String after) throws IOException {
        try (var all = blobs.list()) {
            return all.filter(digest -> digest.hex().compareTo(after) > 0)
                    .sorted((one, other) -> one.hex().compareTo(other.hex()))
                    .limit(PAGE_MAX)
                    .toList()
                    .iterator();
        }
    }

    private At at() throws IOException {
        if (Files.exists(file)) {
            String[] parts = Files.readString(file, StandardCharsets.US_ASCII).split(" ", -1);
            if (parts.length == 2 && parts[0].matches("[0-9]{1,15}")) {
                return new At(Instant.ofEpochMilli(Long.parseLong(parts[0])), parts[1]);
            }
        }
        return new At(clock.instant(), "");
    }

    private void keep(At at) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(
                fresh, at.began().toEpochMilli() + " " + at.after(), StandardCharsets.US_ASCII);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() {
        stop.countDown();
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(CLOSING_MILLIS_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
