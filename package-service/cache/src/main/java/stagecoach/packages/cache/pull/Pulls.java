package stagecoach.packages.cache.pull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.Verification;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.packages.Sha512;

/**
 * All pulls of this process: one per digest at a time, and the last ones that ended, so that an
 * asker who missed the answer is told again. How many are ordered at once is for the central server
 * to bound.
 */
public final class Pulls implements Closeable {
    private static final Logger LOG = Logger.getLogger(Pulls.class);
    private static final int KEPT_MAX = 1000;

    /** Only a large file that is just being read through takes longer to be left. */
    private static final long CLOSING_SECONDS_MAX = 10;

    private final PackageStore blobs;
    private final PullRoom room;
    private final PullRules rules;
    private final CentralDownload download;
    private final HeldWatch watch;
    private final Map<Sha512, Object> readingAgain = new ConcurrentHashMap<>();
    // Threads of the system: hashing gigabytes would keep the virtual ones from their processors.
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().name("pull-", 0).daemon().factory());
    private final Set<Sha512> verified = ConcurrentHashMap.newKeySet();
    private final Map<Sha512, Pull> pulls = new LinkedHashMap<>();

    /** When this process ordered what is in {@link #pulls} last; a restart begins anew. */
    private final Map<Sha512, Long> ordered = new HashMap<>();

    private final String process = UUID.randomUUID().toString();
    private long orders;

    /**
     * @param disk where {@code blobs} lie
     * @param watch told what comes and goes
     */
    public Pulls(PackageStore blobs, FileStore disk, PullRules rules, HeldWatch watch) {
        this(blobs, disk, rules, watch, ServerAddresses.Resolver.SYSTEM);
    }

    /**
     * @param resolver knows the addresses of the server's name
     */
    public Pulls(
            PackageStore blobs,
            FileStore disk,
            PullRules rules,
            HeldWatch watch,
            ServerAddresses.Resolver resolver) {
        this.blobs = blobs;
        this.room = new PullRoom(disk);
        this.rules = rules;
        this.watch = watch;
        this.download = new CentralDownload(rules, resolver);
    }

    /** Begins a pull, or joins the one that answers the order; its status after a while. */
    public CompletableFuture<PullStatus> order(PullOrder order, int waitMillis) {
        Pull pull = begunOrJoined(order);
        return statusWithin(pull, waitMillis);
    }

    /** The status after a while, or at once if it has ended; empty if nobody ordered it. */
    public Optional<CompletableFuture<PullStatus>> status(Sha512 sha512, int waitMillis) {
        return find(sha512).map(pull -> statusWithin(pull, waitMillis));
    }

    /** Stops a pull; what came stays for the next one. */
    public void stop(Sha512 sha512) {
        find(sha512).ifPresent(Pull::stop);
    }

    private synchronized Optional<Pull> find(Sha512 sha512) {
        return Optional.ofNullable(pulls.get(sha512));
    }

    private synchronized Pull begunOrJoined(PullOrder order) {
        @Nullable Pull present = pulls.remove(order.pin().sha512());
        Pull pull = present != null && present.answers(order) ? present : begun(order, present);
        pulls.put(order.pin().sha512(), pull);
        ordered.put(order.pin().sha512(), ++orders);
        forgetOldest();
        return pull;
    }

    /** Begins behind the one before it, which may be stopped and still about to let go. */
    private Pull begun(PullOrder order, @Nullable Pull before) {
        var pull = new Pull(order, blobs, room, verified, download, rules, watch);
        if (before == null) {
            threads.execute(pull::run);
        } else {
            CompletableFuture<Void> _ = before.end().thenRunAsync(pull::run, threads);
        }
        return pull;
    }

    private void forgetOldest() {
        var oldest = pulls.entrySet().iterator();
        int surplus = pulls.size() - KEPT_MAX;
        while (surplus > 0 && oldest.hasNext()) {
            var one = oldest.next();
            if (one.getValue().end().isDone()) {
                ordered.remove(one.getKey());
                oldest.remove();
                surplus--;
            }
        }
    }

    /** Names the last order of a digest: another one has another name. */
    public synchronized String lastOrder(Sha512 sha512) {
        return process + "/" + ordered.getOrDefault(sha512, 0L);
    }

    /**
     * Drops what is held, unless it was ordered since.
     *
     * @param known the last order that the one who drops it knows of
     * @return whether it is not here any more
     */
    public synchronized boolean drop(Sha512 sha512, String known) throws IOException {
        // An order that comes now waits for us, and then finds that nothing is held.
        if (!lastOrder(sha512).equals(known) || !forgotten(sha512)) {
            return false;
        }
        blobs.delete(sha512);
        watch.gone(sha512);
        return true;
    }

    /**
     * Drops what turned out to be damaged, unless it was ordered since, and perhaps fetched again;
     * that it was damaged stays known.
     *
     * @param known the last order from before it was read
     * @return whether it is not here any more
     */
    public synchronized boolean dropDamaged(Sha512 sha512, String known) throws IOException {
        if (!lastOrder(sha512).equals(known) || !forgotten(sha512)) {
            return false;
        }
        blobs.markDamaged(sha512);
        watch.gone(sha512);
        return true;
    }

    /**
     * Whether what is held is what it ought to be, for readers who do not look themselves. It is
     * read again unless that was done since the start, and dropped if it is not.
     */
    public boolean isSound(Sha512 sha512) throws IOException {
        if (verified.contains(sha512)) {
            return true;
        }
        Object one = readingAgain.computeIfAbsent(sha512, _ -> new Object());
        try {
            // Many may ask for it at once, and one of them reads.
            synchronized (one) {
                return verified.contains(sha512) || isIntact(sha512);
            }
        } finally {
            readingAgain.remove(sha512, one);
        }
    }

    private boolean isIntact(Sha512 sha512) throws IOException {
        String known = lastOrder(sha512);
        return switch (blobs.verify(sha512)) {
            case Verification.Intact() -> {
                verified.add(sha512);
                yield true;
            }
            case Verification.Absent() -> false;
            case Verification.Broken(Sha512 actual) -> {
                // One that was ordered meanwhile is the next reader's to look at.
                if (dropDamaged(sha512, known)) {
                    LOG.errorf(
                            "A package was damaged and is dropped; it is pulled again when somebody needs it. sha512=%s actual=%s",
                            sha512, actual);
                }
                yield false;
            }
        };
    }

    private boolean forgotten(Sha512 sha512) {
        @Nullable Pull pull = pulls.get(sha512);
        if (pull != null && !pull.end().isDone()) {
            return false;
        }
        pulls.remove(sha512);
        ordered.remove(sha512);
        verified.remove(sha512);
        return true;
    }

    private static CompletableFuture<PullStatus> statusWithin(Pull pull, int waitMillis) {
        return pull.end()
                .thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), waitMillis, TimeUnit.MILLISECONDS)
                .thenApply(end -> end.orElseGet(pull::status));
    }

    /** Stops all pulls, and returns when they have let go of their files. */
    @Override
    public void close() {
        synchronized (this) {
            pulls.values().forEach(Pull::stop);
        }
        download.close();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSING_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("Pulls still run although they were stopped.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
