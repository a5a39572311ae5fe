package stagecoach.packages.cache.pull;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.packages.server.blob.Verification;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.packages.server.pull.PullStatus.Failure;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.Sha512;

/** The pulling of one digest, from the order to its end. */
final class Pull {
    private static final Logger LOG = Logger.getLogger(Pull.class);

    private final PackageStore blobs;
    private final PullRoom room;
    private final Set<Sha512> verified;
    private final CentralDownload download;
    private final PullRules rules;
    private final HeldWatch watch;
    private final Set<String> askers = new HashSet<>();
    private final CompletableFuture<PullStatus> end = new CompletableFuture<>();
    private final CountDownLatch stop = new CountDownLatch(1);

    private PullOrder order;
    private @Nullable InputStream body;
    private final AtomicLong bytesHere = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger tries = new AtomicInteger();
    private volatile long bytesResumed;
    private int mismatches;

    Pull(
            PullOrder order,
            PackageStore blobs,
            PullRoom room,
            Set<Sha512> verified,
            CentralDownload download,
            PullRules rules,
            HeldWatch watch) {
        this.order = order;
        this.blobs = blobs;
        this.room = room;
        this.verified = verified;
        this.download = download;
        this.rules = rules;
        this.watch = watch;
        askers.add(order.asker());
    }

    /** How it stands. */
    PullStatus status() {
        return end.getNow(status(State.PULLING, Optional.empty()));
    }

    /** Completes with the last status. */
    CompletableFuture<PullStatus> end() {
        return end;
    }

    /** Whether {@code later} asks for what this one does or has just done for the same asker. */
    synchronized boolean answers(PullOrder later) {
        if (!end.isDone() && !stopped()) {
            askers.add(later.asker());
            // The newest order has the freshest grant.
            order =
                    new PullOrder(
                            later.pin(),
                            later.url(),
                            later.grant(),
                            order.asker(),
                            order.force() || later.force(),
                            order.verify() || later.verify());
            return true;
        }
        return askers.contains(later.asker()) && status().state() == State.HELD;
    }

    /** Ends it as soon as may be; what came stays for the next one. */
    void stop() {
        stop.countDown();
        synchronized (this) {
            if (body != null) {
                try {
                    body.close();
                } catch (IOException e) {
                    LOG.debugf(e, "A body was closed already.");
                }
            }
        }
    }

    /** Does it, on the calling thread. */
    void run() {
        try {
            if (!isHeld()) {
                fetch();
            }
        } catch (IOException e) {
            fail(Failure.Kind.PERMANENT, "the cache's disk failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(Failure.Kind.TEMPORARY, "the cache is being stopped");
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "A pull failed. sha512=%s", sha512());
            fail(Failure.Kind.PERMANENT, "the cache failed: " + e);
        } finally {
            room.giveBack(this);
        }
    }

    private boolean isHeld() throws IOException {
        while (!order().force() && blobs.has(sha512())) {
            boolean readAgain = order().verify() || !verified.contains(sha512());
            if (readAgain && blobs.verify(sha512()) instanceof Verification.Broken(Sha512 actual)) {
                LOG.warnf(
                        "What is held has other bytes and is fetched again. sha512=%s actual=%s",
                        sha512(), actual);
                verified.remove(sha512());
                blobs.delete(sha512());
                watch.gone(sha512());
                return false;
            }
            verified.add(sha512());
            bytesHere.set(blobs.size(sha512()).orElse(0));
            if (bytesHere.get() != order().pin().size()) {
                fail(
                        Failure.Kind.PERMANENT,
                        "the package has %d bytes and not the %d that were told"
                                .formatted(bytesHere.get(), order().pin().size()));
                return true;
            }
            if (endHeldUnlessForced(readAgain)) {
                return true;
            }
        }
        return false;
    }

    /** Joined by an order that wants more than was looked at: then it is not the end. */
    private synchronized boolean endHeldUnlessForced(boolean readAgain) {
        if (order.force() || (order.verify() && !readAgain)) {
            return false;
        }
        return end.complete(status(State.HELD, Optional.empty()));
    }

    private void fetch() throws IOException, InterruptedException {
        Duration longest = rules.longest().of(order().pin().size());
        long begunAt = System.nanoTime();
        BooleanSupplier late = () -> System.nanoTime() - begunAt > longest.toNanos();
        int fruitless = 0;
        while (true) {
            long before = bytes.get();
            switch (once(() -> stopped() || late.getAsBoolean())) {
                case DownloadTry.Complete(long startedAt) -> {
                    bytesResumed = startedAt;
                    bytesHere.set(order().pin().size());
                    verified.add(sha512());
                    watch.came(sha512());
                    end.complete(status(State.HELD, Optional.empty()));
                    return;
                }
                case DownloadTry.NoRoom(String reason, long bytesMissing) -> {
                    fail(Failure.noRoom(reason, bytesMissing));
                    return;
                }
                case DownloadTry.Refused(String reason) -> {
                    fail(Failure.Kind.REFUSED, reason);
                    return;
                }
                case DownloadTry.Wrong(String reason) -> {
                    fail(Failure.Kind.WRONG_BYTES, reason);
                    return;
                }
                case DownloadTry.Interrupted(String reason, Optional<Duration> after) -> {
                    if (late.getAsBoolean()) {
                        fail(
                                Failure.Kind.TEMPORARY,
                                "the server was too slow: %d of %d bytes were here after %d s"
                                        .formatted(
                                                bytesHere.get(),
                                                order().pin().size(),
                                                longest.toSeconds()));
                        return;
                    }
                    fruitless = bytes.get() > before ? 0 : fruitless + 1;
                    if (fruitless >= rules.fruitlessMax() || tries.get() >= rules.triesMax()) {
                        fail(Failure.Kind.TEMPORARY, reason);
                        return;
                    }
                    LOG.infof("A pull is tried again. sha512=%s reason=%s", sha512(), reason);
                    if (stoppedWithin(after.orElseGet(pause(fruitless)))) {
                        fail(Failure.Kind.TEMPORARY, "the pull was stopped");
                        return;
                    }
                }
            }
        }
    }

    private DownloadTry once(BooleanSupplier left) throws IOException, InterruptedException {
        PullOrder now = order();
        Optional<PartialBlob> taken = blobs.partial(sha512());
        if (taken.isEmpty()) {
            return new DownloadTry.Interrupted("another process of the cache is pulling it");
        }
        try (PartialBlob partial = taken.get()) {
            long size = now.pin().size();
            if (partial.size() > size) {
                partial.discard();
            }
            var result = downloaded(now, partial, left);
            if (!(result instanceof DownloadTry.Complete(long startedAt))) {
                return result;
            }
            return switch (partial.complete()) {
                case PutOutcome.Stored _ -> result;
                case PutOutcome.Mismatch(Sha512 actual, long _) -> mismatch(startedAt, actual);
            };
        } catch (DiskFullException full) {
            // What came would keep the disk full, for this process and for all others.
            forget();
            return new DownloadTry.NoRoom(
                    "the cache's disk failed: " + full.getMessage(),
                    Math.max(1, room.take(this, this::rest)));
        }
    }

    private long rest() {
        return order().pin().size() - bytesHere.get();
    }

    private void forget() throws IOException {
        Optional<PartialBlob> taken = blobs.partial(sha512());
        if (taken.isPresent()) {
            try (PartialBlob partial = taken.get()) {
                partial.discard();
            }
        }
        bytesHere.set(0);
    }

    private DownloadTry downloaded(PullOrder now, PartialBlob partial, BooleanSupplier left)
            throws IOException, InterruptedException {
        bytesHere.set(partial.size());
        bytesResumed = partial.size();
        if (rest() == 0) {
            return new DownloadTry.Complete(partial.size());
        }
        long lacking = room.take(this, this::rest);
        if (lacking > 0) {
            return new DownloadTry.NoRoom(
                    "the cache's disk has too little room: %d bytes are still to come, and of what is free and not for others %d bytes are missing"
                            .formatted(rest(), lacking),
                    lacking);
        }
        tries.incrementAndGet();
        return download.go(now, partial, this::came, this::reads, left);
    }

    /** The pieces may be of different downloads: once, it is tried again from the beginning. */
    private DownloadTry mismatch(long startedAt, Sha512 actual) {
        bytesHere.set(0);
        mismatches++;
        return startedAt > 0 && mismatches == 1
                ? new DownloadTry.Interrupted("the pieces that came did not fit together")
                : new DownloadTry.Wrong("the server gave bytes with the SHA-512 " + actual);
    }

    private void came(long count) {
        bytes.addAndGet(count);
        bytesHere.addAndGet(count);
    }

    private synchronized void reads(InputStream from) {
        body = from;
    }

    private boolean stopped() {
        return stop.getCount() == 0;
    }

    private boolean stoppedWithin(Duration pause) throws InterruptedException {
        return stop.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Supplier<Duration> pause(int fruitless) {
        long most =
                Math.min(
                        rules.backoffMax().toMillis(),
                        rules.backoffFirst().toMillis() << Math.min(fruitless, 10));
        return () -> Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }

    private void fail(Failure.Kind kind, String reason) {
        fail(new Failure(kind, reason));
    }

    private void fail(Failure failure) {
        end.complete(status(State.FAILED, Optional.of(failure)));
    }

    private PullStatus status(State state, Optional<Failure> failure) {
        return new PullStatus(
                state, bytesHere.get(), bytes.get(), bytesResumed, tries.get(), failure);
    }

    private synchronized PullOrder order() {
        return order;
    }

    private synchronized Sha512 sha512() {
        return order.pin().sha512();
    }
}
