package stagecoach.tentacle.packages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Reads a package from a mounted folder, and waits a while until the file system has brought it. A
 * mount that hangs stops neither the machine's work nor its end: a thread of its own looks at it,
 * and is left behind if it must be.
 */
final class MountedRead implements PackageReader {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final int BUFFER_BYTES = 1 << 18;

    /** Wrong bytes of the right size are rarely on their way to be right ones. */
    private static final int WRONG_PART = 6;

    private final PackageEndpoint.Mounted endpoint;
    private final PackagePin pin;
    private final FetchRules rules;
    private final long begunAt = System.nanoTime();
    private final ExecutorService aside =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("mounted-read").daemon().factory());

    /** What the file was like when it was read last. */
    private @Nullable Look lastRead;

    MountedRead(PackageEndpoint.Mounted endpoint, PackagePin pin, FetchRules rules) {
        this.endpoint = endpoint;
        this.pin = pin;
        this.rules = rules;
    }

    /** What a file is like; two that are equal are most likely the same bytes. */
    private record Look(boolean regular, long size, FileTime changed, Optional<Object> key) {}

    /** The mount does not answer. */
    private static final class Hanging extends IOException {
        private static final long serialVersionUID = 1L;

        Hanging(String sentence) {
            super(sentence);
        }
    }

    /** The mount failed; this machine's disk did not. */
    private static final class MountFailure extends IOException {
        private static final long serialVersionUID = 1L;

        MountFailure(IOException cause) {
            super(sentence(cause), cause);
        }

        private static String sentence(IOException cause) {
            return cause instanceof AccessDeniedException denied
                    ? "this machine's user may not read " + denied.getFile()
                    : cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
    }

    @Override
    public Try go(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException {
        try {
            return awaited(file, along, came);
        } catch (Hanging e) {
            return new Try.Silent(String.valueOf(e.getMessage()));
        } catch (MountFailure e) {
            return e.getCause() instanceof AccessDeniedException
                    ? new Try.Refused(String.valueOf(e.getMessage()))
                    : new Try.Interrupted(String.valueOf(e.getMessage()));
        }
    }

    private Try awaited(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException {
        if (!within(() -> Files.isDirectory(endpoint.root()))) {
            return new Try.Silent("there is no folder %s here".formatted(endpoint.root()));
        }
        while (true) {
            Optional<Look> look = look();
            if (look.isPresent() && !look.get().regular()) {
                return new Try.Wrong("has something else than a file in the package's place");
            }
            long size = look.map(Look::size).orElse(0L);
            if (look.isPresent() && size == pin.size()) {
                lastRead = look.get();
                return copy(file, along, came);
            }
            if (size > pin.size()) {
                return new Try.Wrong("has %d bytes instead of %d".formatted(size, pin.size()));
            }
            if (isPast(rules.mountedMax())) {
                return late(look.isPresent(), size);
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private Try late(boolean present, long size) throws IOException, InterruptedException {
        String waited = "%d s".formatted(rules.mountedMax().toSeconds());
        if (present) {
            return new Try.Refused(
                    "has %d of %d bytes after %s".formatted(size, pin.size(), waited));
        }
        String absent =
                "the package has not come to %s within %s".formatted(endpoint.root(), waited);
        boolean used =
                within(() -> Files.isDirectory(endpoint.root().resolve(FolderAddress.BLOBS)));
        // A folder without any package is a mount point without its mount, most likely.
        return used ? new Try.Refused(absent) : new Try.Silent(absent);
    }

    private Optional<Look> look() throws IOException, InterruptedException {
        return within(
                () -> {
                    try {
                        var seen =
                                Files.readAttributes(
                                        endpoint.file(),
                                        BasicFileAttributes.class,
                                        LinkOption.NOFOLLOW_LINKS);
                        return Optional.of(
                                new Look(
                                        seen.isRegularFile(),
                                        seen.size(),
                                        seen.lastModifiedTime(),
                                        Optional.ofNullable(seen.fileKey())));
                    } catch (NoSuchFileException absent) {
                        return Optional.empty();
                    }
                });
    }

    private Try copy(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException {
        long offset = file.size();
        long at = offset;
        try (FileChannel mounted =
                within(
                        () ->
                                FileChannel.open(
                                        endpoint.file(),
                                        StandardOpenOption.READ,
                                        LinkOption.NOFOLLOW_LINKS))) {
            byte[] bytes = new byte[BUFFER_BYTES];
            while (at < pin.size()) {
                long from = at;
                int most = (int) Math.min(bytes.length, pin.size() - at);
                int count = within(() -> mounted.read(ByteBuffer.wrap(bytes, 0, most), from));
                if (count < 0) {
                    return new Try.Interrupted(
                            "ended after %d of %d bytes".formatted(at, pin.size()));
                }
                write(file, bytes, count, at);
                along.add(at, bytes, count);
                at += count;
                if (!came.test(count)) {
                    return new Try.Left();
                }
            }
        }
        return new Try.Complete(offset);
    }

    private static void write(FileChannel file, byte[] bytes, int count, long at)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
        long position = at;
        while (buffer.hasRemaining()) {
            position += file.write(buffer, position);
        }
    }

    @Override
    public boolean becomesAnother() throws InterruptedException {
        Duration most = rules.mountedMax().dividedBy(WRONG_PART);
        long since = System.nanoTime();
        try {
            while (System.nanoTime() - since < most.toNanos()) {
                if (!Optional.ofNullable(lastRead).equals(look())) {
                    return !isPast(rules.mountedMax());
                }
                Thread.sleep(LOOK_EVERY);
            }
            return false;
        } catch (IOException e) {
            // It gave wrong bytes, and now it gives none.
            return false;
        }
    }

    private boolean isPast(Duration span) {
        return System.nanoTime() - begunAt > span.toNanos();
    }

    private <T> T within(Callable<T> asked) throws IOException, InterruptedException {
        Future<T> answer = aside.submit(asked);
        try {
            return answer.get(rules.stallMax().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Hanging(
                    "%s was silent for %d s"
                            .formatted(endpoint.root(), rules.stallMax().toSeconds()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw new MountFailure(failed);
            }
            throw new IllegalStateException("a mounted folder could not be read", e);
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        aside.shutdownNow();
    }
}
