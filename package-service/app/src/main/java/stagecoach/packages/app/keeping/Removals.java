package stagecoach.packages.app.keeping;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageRemoved;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.keeping.Going;
import stagecoach.packages.keeping.Stored;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Removes packages that nobody needs: first the name, with its event, then the bytes, unless
 * another package has them. The database decides both, so any number of pods may do it at once.
 */
@Singleton
public class Removals {
    private static final int AT_ONCE_MAX = 100;
    private static final int LOOKED_AT_ONCE_MAX = 1000;

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final PackageStore blobs;
    private final Clock clock;
    private final List<Consumer<Sha512>> listeners = new CopyOnWriteArrayList<>();

    Removals(UnitOfWork unitOfWork, CommandHandler commands, PackageStore blobs, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** Tells somebody of bytes that are deleted by this process from now on. */
    public void listen(Consumer<Sha512> deleted) {
        listeners.add(deleted);
    }

    /**
     * Removes a package, unless somebody leased it, used it since it was looked at, or removed it.
     * Of one of a feed outside it stays known what it is.
     *
     * @return whether it is gone by this
     */
    public boolean remove(Tx tx, Going going, Cause cause) {
        PackagePin pin = going.stored().pin();
        FeedId feed = going.stored().feed();
        boolean isOurs = feed.equals(FeedId.BUILT_IN);
        if (!(isOurs ? removed(tx, going.stored()) : letGo(tx, going.stored(), cause.at()))) {
            return false;
        }
        noteUnused(tx, pin.sha512());
        Optional<FeedId> outside = isOurs ? Optional.empty() : Optional.of(feed);
        tell(
                tx,
                new PackageRemoved(pin, outside, going.why(), going.reason()),
                pin.sha512(),
                cause);
        unitOfWork.afterCommit(
                tx,
                () ->
                        Log.infof(
                                "A package was removed: %s. feed=%s id=%s version=%s bytes=%d sha512=%s",
                                going.reason(),
                                feed,
                                pin.id(),
                                pin.version(),
                                pin.size(),
                                pin.sha512()));
        return true;
    }

    private static boolean removed(Tx tx, Stored stored) {
        PackagePin pin = stored.pin();
        // In a statement of its own: the next one sees the leases of those it waited for.
        tx.rows(
                "SELECT 1 FROM package WHERE id_key = ?1 AND version_key = ?2 FOR UPDATE",
                pin.id().lower(),
                pin.version().lower());
        return tx.execute(
                        """
                        DELETE FROM package p
                        WHERE id_key = ?1 AND version_key = ?2 AND sha512 = ?3 AND used_at <= ?4
                            AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = p.sha512)""",
                        pin.id().lower(),
                        pin.version().lower(),
                        pin.sha512().value(),
                        stored.usedAt())
                > 0;
    }

    /** Its row stays: whatever comes under its name must be the same. */
    private static boolean letGo(Tx tx, Stored stored, Instant at) {
        PackagePin pin = stored.pin();
        tx.rows(
                "SELECT 1 FROM first_seen WHERE feed = ?1 AND id_key = ?2 AND version_key = ?3 FOR UPDATE",
                stored.feed().value(),
                pin.id().lower(),
                pin.version().lower());
        return tx.execute(
                        """
                        UPDATE first_seen f SET bytes_gone_at = ?6
                        WHERE feed = ?1 AND id_key = ?2 AND version_key = ?3 AND sha512 = ?4
                            AND used_at <= ?5 AND bytes_gone_at IS NULL
                            AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512)""",
                        stored.feed().value(),
                        pin.id().lower(),
                        pin.version().lower(),
                        pin.sha512().value(),
                        stored.usedAt(),
                        at)
                > 0;
    }

    /** Says what became of a package without anybody's doing. */
    public void tell(Tx tx, PackageEvent event) {
        tell(tx, event, pinOf(event).sha512(), cause());
    }

    private static PackagePin pinOf(PackageEvent event) {
        return switch (event) {
            case PackageRemoved(var pin, var _, var _, var _) -> pin;
            case PackageEvent.PackageDropped(var pin, var _, var _, var _) -> pin;
            case PackageEvent.PackageDamaged(var pin, var _) -> pin;
            case PackageEvent.PackageRepaired(var pin, var _) -> pin;
            case PackageEvent.PackageLost(var pin, var _) -> pin;
        };
    }

    /** Says what became of some bytes. */
    void tell(Tx tx, PackageEvent event, Sha512 sha512, Cause cause) {
        commands.handle(
                tx, PackageKind.PACKAGES, PackageKind.streamOf(sha512), List.of(event), cause);
    }

    /** Perhaps no package has these bytes: it is looked at soon. */
    public void noteUnused(Statements tx, Sha512 sha512) {
        tx.execute(
                "INSERT INTO unused_blob (sha512) VALUES (?1) ON CONFLICT DO NOTHING",
                sha512.value());
    }

    /**
     * The bytes that wait to be deleted, in order.
     *
     * @param after only those behind this digest; empty for all
     */
    List<Sha512> unused(Statements tx, String after) {
        return tx
                .rows(
                        "SELECT sha512 FROM unused_blob WHERE sha512 > CAST(?1 AS text) ORDER BY sha512 LIMIT ?2",
                        after,
                        AT_ONCE_MAX)
                .stream()
                .map(row -> new Sha512(text(row[0])))
                .toList();
    }

    /** Deletes the bytes that no package has. What cannot be deleted waits for the next time. */
    public void deleteUnused() {
        String after = "";
        for (List<Sha512> some = unusedAfter(after); !some.isEmpty(); some = unusedAfter(after)) {
            for (Sha512 sha512 : some) {
                try {
                    deleteUnused(sha512);
                } catch (IOException | UncheckedIOException e) {
                    Log.error("Bytes that no package has cannot be deleted; it is tried again.", e);
                }
            }
            after = some.getLast().value();
        }
    }

    private List<Sha512> unusedAfter(String after) {
        return unitOfWork.run(tx -> unused(tx, after));
    }

    /**
     * A pause in here, longer than the database waits for, lets somebody else name the bytes: so
     * they are set aside until the database has agreed. The note that they are unused goes last:
     * whatever breaks off in between is done again.
     */
    private void deleteUnused(Sha512 sha512) throws IOException {
        boolean unused;
        try {
            unused = unitOfWork.run(tx -> setUnusedAside(tx, sha512));
        } catch (RuntimeException | Error e) {
            putBack(sha512);
            throw e;
        }
        if (unused) {
            blobs.dropAside(sha512);
            listeners.forEach(listener -> listener.accept(sha512));
        }
        unitOfWork.execute(tx -> forget(tx, sha512));
    }

    private boolean setUnusedAside(Tx tx, Sha512 sha512) {
        boolean unused = isUnused(tx, sha512);
        if (unused) {
            setAside(sha512);
        }
        return unused;
    }

    /** What has come again meanwhile, and is unused again, is for the next time. */
    private void forget(Tx tx, Sha512 sha512) {
        boolean unused = isUnused(tx, sha512);
        boolean here = blobs.hasUnchecked(sha512);
        if (!unused && here) {
            keepLeased(tx, sha512);
        }
        if (!unused || !here) {
            tx.execute("DELETE FROM unused_blob WHERE sha512 = ?1", sha512.value());
        }
    }

    /**
     * Who leased them while they were let go has them still: it is as if they had stayed, or nobody
     * would look after them again. Only for a lease, which lets nothing go: those whose bytes stay
     * for another name would go again at every sweep.
     */
    private static void keepLeased(Tx tx, Sha512 sha512) {
        tx.execute(
                """
                UPDATE first_seen f SET bytes_gone_at = NULL
                WHERE sha512 = ?1 AND bytes_gone_at IS NOT NULL
                    AND EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512)""",
                sha512.value());
    }

    /**
     * Notes again what was let go since then, or is leased though it was let go, if its bytes are
     * here. A pod of before this knows of no bytes that are let go: it takes them for used, deletes
     * their note, and fetches them again without a word.
     */
    void noteLetGo(Instant since) {
        String after = "";
        for (List<Sha512> some = letGo(after, since); !some.isEmpty(); some = letGo(after, since)) {
            List<Sha512> here = some.stream().filter(blobs::hasUnchecked).toList();
            if (!here.isEmpty()) {
                unitOfWork.execute(tx -> here.forEach(sha512 -> noteUnused(tx, sha512)));
            }
            after = some.getLast().value();
        }
    }

    private List<Sha512> letGo(String after, Instant since) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        """
                                        SELECT DISTINCT sha512 FROM first_seen f
                                        WHERE bytes_gone_at IS NOT NULL AND sha512 > CAST(?1 AS text)
                                            AND (bytes_gone_at > CAST(?2 AS timestamptz)
                                                OR EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512))
                                        ORDER BY sha512 LIMIT ?3""",
                                        after,
                                        since,
                                        LOOKED_AT_ONCE_MAX)
                                .stream()
                                .map(row -> new Sha512(text(row[0])))
                                .toList());
    }

    private static boolean isUnused(Tx tx, Sha512 sha512) {
        PostgresIndex.lock(tx, sha512);
        return tx.rows(
                        """
                        SELECT 1 WHERE EXISTS (SELECT 1 FROM package WHERE sha512 = ?1)
                            OR EXISTS (SELECT 1 FROM first_seen WHERE sha512 = ?1 AND bytes_gone_at IS NULL)
                            OR EXISTS (SELECT 1 FROM lease WHERE sha512 = ?1)""",
                        sha512.value())
                .isEmpty();
    }

    private void setAside(Sha512 sha512) {
        try {
            blobs.setAside(sha512);
        } catch (IOException e) {
            throw new UncheckedIOException("Unused bytes cannot be set aside: " + sha512, e);
        }
    }

    private void putBack(Sha512 sha512) throws IOException {
        try {
            blobs.putBack(sha512);
        } catch (InterruptedException e) {
            // Whoever needs them puts them back.
            Thread.currentThread().interrupt();
        }
    }

    /** For whoever removes on its own. */
    Cause cause() {
        return Cause.of(clock, Cause.SYSTEM);
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
