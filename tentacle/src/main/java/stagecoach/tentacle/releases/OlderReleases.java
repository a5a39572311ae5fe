package stagecoach.tentacle.releases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedRelease;
import stagecoach.contracts.agent.Removal.Rule;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * Removes older releases of a package after a newer one was installed. The directories of a
 * package's versions lie side by side; beside each is written which step has installed it, and a
 * version goes when it is an old one for every step that has. Repeatable: what a crash has left
 * goes the next time.
 */
public final class OlderReleases {
    private static final String RECORD = ".releases";
    private static final String GONE = ".gone";

    private final FolderUsers users;
    private final RemovalLog log;
    private final ReentrantLock links = new ReentrantLock();
    private final ReentrantLock removing = new ReentrantLock();

    /**
     * @param open the commands on this machine
     * @param log told what goes
     */
    public OlderReleases(Collection<LiveTicket> open, RemovalLog log) {
        this.users = new FolderUsers(open);
        this.log = log;
    }

    /** Moves a link while none is removed. */
    public void whileNoneGoes(LinkChange change) throws IOException {
        links.lock();
        try {
            change.run();
        } finally {
            links.unlock();
        }
    }

    /** Lets a directory lead elsewhere. */
    @FunctionalInterface
    public interface LinkChange {
        /** Does it. */
        void run() throws IOException;
    }

    /**
     * Writes down what was installed, and removes what need not be kept. A failure is told in the
     * step's log and is no failure of the installation.
     *
     * @param directory what was installed; it has older versions beside it if it is called by the
     *     version, in a folder that is called by the package
     * @param keep how many older ones stay; empty means all
     * @return which versions are gone
     */
    public List<String> installed(
            LiveTicket live, Path directory, PackagePin pin, Optional<Integer> keep)
            throws IOException {
        Path parent = Objects.requireNonNull(directory.getParent());
        if (!directory.endsWith(pin.version().toString())
                || !parent.endsWith(pin.id().toString())) {
            return List.of();
        }
        var place = new Place(parent, live, InstalledBy.nameOf(live.command().context()));
        List<String> gone = new ArrayList<>();
        try {
            note(place, pin.version().toString(), live.wallTime());
            if (keep.isPresent()) {
                List<Installed> older = older(place, pin.version().toString());
                for (List<Installed> some = beyond(keep.get(), older);
                        !some.isEmpty();
                        some = beyond(Removal.NAMED_MAX, some)) {
                    remove(
                            place,
                            pin.id(),
                            some.subList(0, Math.min(Removal.NAMED_MAX, some.size())),
                            "keepReleases is %d".formatted(keep.get()),
                            gone);
                }
                sweep(place);
            }
        } catch (IOException | UncheckedIOException e) {
            live.info(
                    "Older releases of %s could not be removed, which the next installation tries again: %s."
                            .formatted(pin.id(), e.getMessage()));
        }
        if (!gone.isEmpty()) {
            live.info(
                    "Removed %s %s: keepReleases is %d."
                            .formatted(pin.id(), String.join(", ", gone), keep.orElseThrow()));
        }
        return List.copyOf(gone);
    }

    /**
     * Where the versions of a package lie.
     *
     * @param who counts them
     */
    private record Place(Path parent, LiveTicket live, String who) {
        Path beside() {
            return parent.resolve(".stagecoach");
        }

        Path record(String version) {
            return beside().resolve(version + RECORD);
        }

        Path directory(String version) {
            return parent.resolve(version);
        }

        /** Whether anything lies where a version is known by, be it a link that leads nowhere. */
        boolean isThere(String version) {
            return Files.exists(directory(version), LinkOption.NOFOLLOW_LINKS);
        }

        /** A version with its size, which takes long if it is large. */
        RemovedRelease release(PackageId id, String version) throws IOException {
            long bytes = 0;
            for (Path content : contents(version)) {
                bytes += Trash.bytes(content);
            }
            return new RemovedRelease(
                    id, new PackageVersion(version), directory(version).toString(), bytes);
        }

        /** The folders that a version leads to, or has led to. */
        List<Path> contents(String version) throws IOException {
            return inside().stream()
                    .filter(path -> isOf(version, String.valueOf(path.getFileName())))
                    .toList();
        }

        List<Path> inside() throws IOException {
            try (Stream<Path> listed = Files.list(beside())) {
                return listed.toList();
            }
        }

        private static boolean isOf(String version, String folder) {
            if (!folder.startsWith(version + "-")) {
                return false;
            }
            String rest = folder.substring(version.length() + 1);
            try {
                return Ticket.parse(rest).toString().equals(rest);
            } catch (IllegalArgumentException another) {
                return false;
            }
        }
    }

    private record Installed(String version, Instant at) {}

    private void note(Place place, String version, Instant at) throws IOException {
        links.lock();
        try {
            Path record = place.record(version);
            InstalledBy.read(record).with(place.who(), at).write(record);
        } finally {
            links.unlock();
        }
    }

    /** The versions that the same step has installed before, the newest first. */
    private static List<Installed> older(Place place, String current) throws IOException {
        List<Installed> older = new ArrayList<>();
        for (Path path : place.inside()) {
            String name = String.valueOf(path.getFileName());
            if (name.endsWith(RECORD)) {
                String version = name.substring(0, name.length() - RECORD.length());
                if (!isVersion(version)) {
                    continue;
                }
                Instant at = InstalledBy.read(path).by().get(place.who());
                if (at != null && !version.equals(current)) {
                    older.add(new Installed(version, at));
                }
            }
        }
        older.sort(
                Comparator.comparing(Installed::at, Comparator.reverseOrder())
                        .thenComparing(Installed::version));
        return older;
    }

    private static boolean isVersion(String name) {
        try {
            return new PackageVersion(name).toString().equals(name);
        } catch (IllegalArgumentException another) {
            return false;
        }
    }

    private static List<Installed> beyond(int some, List<Installed> all) {
        return all.subList(Math.min(some, all.size()), all.size());
    }

    /**
     * Removes versions for a step, as far as that can be, and writes down which. One that was not
     * there any more has been told already; what a crash has left of it goes without a word.
     */
    private void remove(
            Place place, PackageId id, List<Installed> old, String reason, List<String> gone)
            throws IOException {
        removing.lock();
        try {
            Map<String, RemovedRelease> going = new LinkedHashMap<>();
            for (Installed one : old) {
                if (place.isThere(one.version())) {
                    // Counted before the links are locked, for which installations wait.
                    going.put(one.version(), place.release(id, one.version()));
                }
            }
            var occasion = new RemovalLog.Occasion(place.live(), Rule.RELEASES, reason);
            long number = log.intend(occasion, RemovalLog.Things.ofReleases(going.values()));
            List<RemovedRelease> went = new ArrayList<>();
            try {
                for (Installed one : old) {
                    try {
                        if (remove(place, one.version())) {
                            gone.add(one.version());
                        }
                    } finally {
                        // Also what failed behind its end has gone.
                        RemovedRelease release = going.get(one.version());
                        if (release != null && !place.isThere(one.version())) {
                            went.add(release);
                        }
                    }
                }
            } finally {
                log.done(number, occasion, RemovalLog.Things.ofReleases(went));
            }
        } finally {
            removing.unlock();
        }
    }

    /** Removes a version for a step; whether it is gone, since no other one has installed it. */
    private boolean remove(Place place, String version) throws IOException {
        links.lock();
        try {
            Path record = place.record(version);
            InstalledBy others = InstalledBy.read(record).without(place.who());
            if (!others.by().isEmpty()) {
                others.write(record);
                return false;
            }
            Path directory = place.directory(version);
            List<Path> contents = place.contents(version);
            Optional<String> user = users.userOf(directory, contents, place.live());
            if (user.isPresent()) {
                place.live().info("%s stays for now: %s.".formatted(version, user.get()));
                return false;
            }
            // From here on it is not there; a crash leaves its record, or folders without a name.
            if (Files.isSymbolicLink(directory)) {
                Files.delete(directory);
            }
            for (Path content : contents) {
                Files.move(content, content.resolveSibling("." + content.getFileName() + GONE));
            }
            PrivateFiles.syncFolder(place.parent());
            Files.deleteIfExists(record);
            // A folder that somebody has put there instead of the link is theirs.
            return !place.isThere(version);
        } finally {
            links.unlock();
        }
    }

    private static void sweep(Place place) throws IOException {
        for (Path path : place.inside()) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(".") && name.endsWith(GONE)) {
                Trash.delete(path);
            }
        }
    }
}
