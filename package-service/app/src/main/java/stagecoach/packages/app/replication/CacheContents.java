package stagecoach.packages.app.replication;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.mount.CacheFolders;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.mount.MountedFile;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** What lies in caches, for whoever looks after it. Called on virtual threads. */
@Singleton
public class CacheContents {
    /** More packages than a cache has; each costs some hundred bytes of memory. */
    private static final int HELD_MAX = 500_000;

    private final CacheClients clients;
    private final CacheReads reads;
    private final CacheFolders folders;
    private final Mounts mounts;
    private final ReplicationConfig config;

    CacheContents(
            CacheClients clients,
            CacheReads reads,
            CacheFolders folders,
            Mounts mounts,
            ReplicationConfig config) {
        this.clients = clients;
        this.reads = reads;
        this.folders = folders;
        this.mounts = mounts;
        this.config = config;
    }

    /** A cache did not answer as it should; the message says why. */
    public static final class CacheAway extends Exception {
        private static final long serialVersionUID = 1L;

        CacheAway(CacheFailure failure) {
            super(failure.reason(), failure);
        }

        /** One that says why. */
        public CacheAway(String reason, @Nullable Throwable cause) {
            super(reason, cause);
        }
    }

    /**
     * What a cache holds.
     *
     * @param damaged what it has found to be damaged, and dropped
     */
    public record Holdings(DiskRoom room, List<Sha512> held, List<Sha512> damaged) {}

    /** A part of it, in the order of the digests. */
    record Page(DiskRoom room, List<Sha512> held, List<Sha512> damaged, boolean more) {
        /**
         * Reads what a cache answered.
         *
         * @throws IllegalArgumentException if it is something else
         */
        static Page parse(byte[] json) {
            try {
                JsonNode page = StagecoachJson.mapper().readTree(json);
                if (!page.path("held").isArray()) {
                    throw new IllegalArgumentException("these are no holdings");
                }
                return new Page(
                        new DiskRoom(page.path("usable").asLong(), page.path("total").asLong()),
                        digests(page.path("held")),
                        digests(page.path("damaged")),
                        page.path("more").asBoolean());
            } catch (IOException e) {
                throw new IllegalArgumentException("this is no JSON", e);
            }
        }

        private static List<Sha512> digests(JsonNode array) {
            List<Sha512> digests = new ArrayList<>();
            array.forEach(text -> digests.add(Sha512.parseHex(text.asText())));
            return digests;
        }
    }

    /** The last page may be empty; otherwise pages go on in the order of the digests, to an end. */
    static void add(Page page, List<Sha512> held) throws CacheAway {
        String behind = held.isEmpty() ? "" : held.getLast().hex();
        for (Sha512 each : page.held()) {
            if (each.hex().compareTo(behind) <= 0) {
                throw new CacheAway("it tells what it holds in no order", null);
            }
            behind = each.hex();
            held.add(each);
        }
        if (held.size() > HELD_MAX || (page.more() && page.held().isEmpty())) {
            throw new CacheAway("it does not end telling what it holds", null);
        }
    }

    /** All that it holds. What others serve is not for us to look through. */
    public Holdings of(CacheRow cache) throws CacheAway, InterruptedException {
        return switch (cache.kind()) {
            case STAGECOACH -> told(cache);
            case FOLDER -> {
                SharedFolder folder = looked(cache);
                yield inTime(
                        () ->
                                mounts.whileHeard(
                                        CacheFolders.rootOf(cache),
                                        config.silenceMax(),
                                        heard ->
                                                new Holdings(
                                                        folder.room(),
                                                        folder.held(heard),
                                                        List.of())));
            }
            case NUGET ->
                    throw new IllegalStateException("a server of others is not looked through");
        };
    }

    private Holdings told(CacheRow cache) throws CacheAway, InterruptedException {
        try {
            StagecoachCache client = clients.of(cache);
            List<Sha512> held = new ArrayList<>();
            Page page = client.holdings("");
            add(page, held);
            while (page.more()) {
                page = client.holdings(held.getLast().hex());
                add(page, held);
            }
            return new Holdings(page.room(), held, page.damaged());
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
    }

    /**
     * What a cache has of a package.
     *
     * @param held whether it holds all of it, unread
     * @param bytes that an interrupted transfer has left, behind which the next one goes on
     */
    public record Begun(boolean held, long bytes) {}

    /** What a cache has of a package that it is to be brought. */
    public Begun begun(CacheRow cache, PackagePin pin) throws CacheAway, InterruptedException {
        return switch (cache.kind()) {
            case STAGECOACH -> {
                try {
                    yield clients.of(cache, true).begun(pin.sha512());
                } catch (CacheFailure e) {
                    throw new CacheAway(e);
                }
            }
            case FOLDER -> {
                SharedFolder folder = looked(cache);
                yield inTime(
                        () ->
                                mounts.within(
                                        CacheFolders.rootOf(cache),
                                        config.silenceMax(),
                                        () -> begunIn(folder, pin)));
            }
            // A push to a server of others begins at its first byte.
            case NUGET -> new Begun(false, 0);
        };
    }

    private static Begun begunIn(SharedFolder folder, PackagePin pin) throws IOException {
        return new Begun(folder.holds(pin), folder.begun(pin));
    }

    /** What {@link #drop} needs to know, asked before it is decided that a digest goes. */
    public Optional<String> lastOrder(CacheRow cache, Sha512 sha512)
            throws CacheAway, InterruptedException {
        try {
            return clients.of(cache).lastOrder(sha512);
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
    }

    /**
     * Has a digest dropped, unless it was ordered since {@link #lastOrder}.
     *
     * @return whether it is not there any more
     */
    public boolean drop(CacheRow cache, Sha512 sha512, String lastOrder)
            throws CacheAway, InterruptedException {
        try {
            return clients.of(cache).drop(sha512, lastOrder);
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
    }

    /**
     * By which part of the built-in feed a cache goes; an empty tag if by none yet, and nothing if
     * it answers no NuGet clients.
     */
    public Optional<String> feedTag(CacheRow cache) throws CacheAway, InterruptedException {
        try {
            return clients.of(cache, true).feedTag();
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
    }

    /** Has a cache go by this part of the built-in feed. */
    public void tellFeed(CacheRow cache, byte[] json) throws CacheAway, InterruptedException {
        try {
            clients.of(cache, true).tellFeed(json);
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
    }

    /**
     * Reads what a cache holds into a download of ours, behind what is there; nothing is verified
     * yet.
     *
     * @return whether all bytes are there; if not, the cache does not hold it
     * @throws IOException if our own disk fails
     */
    public boolean read(CacheRow cache, PackagePin pin, PartialBlob into)
            throws CacheAway, IOException, InterruptedException {
        return switch (cache.kind()) {
            case STAGECOACH -> reads.read(cache, pin, into);
            case FOLDER -> readFrom(cache, pin, into);
            // What others serve is judged by the tentacles near to it, and never read back.
            case NUGET -> false;
        };
    }

    private boolean readFrom(CacheRow cache, PackagePin pin, PartialBlob into)
            throws CacheAway, IOException, InterruptedException {
        Optional<MountedFile> opened =
                inTime(() -> folders.open(cache, pin.sha512(), config.silenceMax()));
        if (opened.isEmpty()) {
            return false;
        }
        try (MountedFile file = opened.get()) {
            long from = into.size();
            var _ = inTime(() -> file.skip(from));
            CacheReads.copy(
                    buffer -> inTime(() -> file.read(buffer)),
                    pin,
                    into,
                    config.longest(pin.size()));
        }
        return true;
    }

    private SharedFolder looked(CacheRow cache) throws CacheAway, InterruptedException {
        return inTime(() -> folders.looked(cache, config.silenceMax()));
    }

    /** Work in a folder that is mounted from elsewhere. */
    @FunctionalInterface
    private interface InFolder<T> {
        T done() throws IOException, ExecutionException, Mounts.Silent, InterruptedException;
    }

    /** A folder that cannot be read, or does not answer, is away, and not our own disk. */
    private static <T> T inTime(InFolder<T> work) throws CacheAway, InterruptedException {
        try {
            return work.done();
        } catch (Mounts.Silent e) {
            throw new CacheAway(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw unreadable(e);
        } catch (ExecutionException e) {
            throw unreadable(Objects.requireNonNull(e.getCause()));
        }
    }

    private static CacheAway unreadable(Throwable cause) {
        return new CacheAway(
                cause instanceof SharedFolder.NotUsable unusable
                        ? String.valueOf(unusable.getMessage())
                        : "cannot be read",
                cause);
    }
}
