package stagecoach.tentacle.removals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.contracts.agent.Removal.RemovedRelease;
import stagecoach.contracts.agent.Removal.Rule;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/**
 * Keeps what was removed from this machine until the gateway has taken it. What is about to go is
 * written down first: if the tentacle is killed meanwhile, the next one looks what of it has gone.
 * Things are removed where a disk is full, so that a log which cannot be written keeps nothing from
 * being removed; it is told from memory then.
 */
public final class RemovalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RemovalLog.class);

    /** A gateway of before this takes none; the oldest go. */
    private static final int KEPT_MAX = 100;

    /** A message has at most a megabyte, and a path at most four kilobytes. */
    private static final int NAMED_AT_ONCE_MAX = 2 * Removal.NAMED_MAX;

    private static final int DIRECTORY_MAX = 500;
    private static final String INTENDED = ".intended";
    private static final String DONE = ".json";
    private static final String LAST = ".last";

    /** How {@link PrivateFiles} ends what it has not finished. */
    private static final String HALF = ".part";

    private final Path folder;
    private final Path packages;
    private final TreeMap<Long, Removal> untold = new TreeMap<>();
    private final TreeSet<Long> going = new TreeSet<>();
    private long last;

    private RemovalLog(Path folder, Path packages) {
        this.folder = folder;
        this.packages = packages;
    }

    /** The log in a tentacle's home, with what an earlier process has left in it. */
    public static RemovalLog open(Home home) throws IOException {
        RemovalLog log = new RemovalLog(home.root().resolve("removals"), home.packages());
        PrivateFiles.createFolder(log.folder);
        log.takeUp();
        return log;
    }

    /**
     * Why things are removed.
     *
     * @param live on whose occasion
     * @param reason in words
     */
    public record Occasion(LiveTicket live, Rule rule, String reason) {
        private Removal removal(long number, Things things) {
            return new Removal(
                    number,
                    live.wallTime(),
                    live.command().context().deployment(),
                    rule,
                    reason,
                    things.packages(),
                    things.releases(),
                    things.count(),
                    things.bytes());
        }
    }

    /**
     * What is to be removed, or has been.
     *
     * @param packages at most {@link Removal#NAMED_MAX}, with the releases
     */
    public record Things(List<RemovedPackage> packages, List<RemovedRelease> releases) {
        /** Copies the lists. */
        public Things {
            packages = List.copyOf(packages);
            releases = List.copyOf(releases);
        }

        /** Packages that the machine held. */
        public static Things ofPackages(List<RemovedPackage> packages) {
            return new Things(packages, List.of());
        }

        /** Versions that were installed. */
        public static Things ofReleases(Collection<RemovedRelease> releases) {
            return new Things(List.of(), List.copyOf(releases));
        }

        private int count() {
            return packages.size() + releases.size();
        }

        private long bytes() {
            return packages.stream().mapToLong(RemovedPackage::bytes).sum()
                    + releases.stream().mapToLong(RemovedRelease::bytes).sum();
        }
    }

    /** Writes down what is about to go; the number under which {@link #done} tells the rest. */
    public synchronized long intend(Occasion occasion, Things toGo) {
        long number = Math.max(last + 1, occasion.live().wallTime().toEpochMilli());
        last = number;
        boolean _ = write(number + INTENDED, occasion.removal(number, toGo));
        going.add(number);
        return number;
    }

    /** Writes down what has gone; nothing if nothing has. */
    public synchronized void done(long number, Occasion occasion, Things gone) {
        going.remove(number);
        if (gone.count() == 0) {
            delete(number + INTENDED);
            return;
        }
        keep(occasion.removal(number, gone));
    }

    private void keep(Removal removal) {
        untold.put(removal.number(), removal);
        // Where that cannot be written, the next process decides by what was intended.
        if (write(removal.number() + DONE, removal)) {
            delete(removal.number() + INTENDED);
        }
        while (untold.size() > KEPT_MAX) {
            long oldest = untold.firstKey();
            LOG.warn(
                    "what was removed here can be told to nobody for so long that the oldest of it is forgotten number={}",
                    oldest);
            forget(oldest);
        }
    }

    /**
     * What is still to be told, the oldest first.
     *
     * @param max so many of it, and no more than fit into a message
     */
    public synchronized List<Removal> untold(int max) {
        return next(max).stream().map(this::asTold).toList();
    }

    /** The highest number of that; 0 if there is nothing to tell. */
    public synchronized long untoldUpTo(int max) {
        List<Removal> next = next(max);
        return next.isEmpty() ? 0 : next.getLast().number();
    }

    private List<Removal> next(int max) {
        List<Removal> some = new ArrayList<>();
        int named = 0;
        // The gateway takes no lower number behind a higher one: what still goes is waited for.
        NavigableMap<Long, Removal> behindNoneGoing =
                going.isEmpty() ? untold : untold.headMap(going.first(), false);
        for (Removal removal : behindNoneGoing.values()) {
            named += removal.packages().size() + removal.releases().size();
            if (some.size() == max || (named > NAMED_AT_ONCE_MAX && !some.isEmpty())) {
                break;
            }
            some.add(removal);
        }
        return some;
    }

    /** What was brought again is not gone; that it went is still told. */
    private Removal asTold(Removal removal) {
        return with(
                removal,
                removal.packages().stream().filter(one -> !isHere(one.sha512())).toList(),
                removal.releases().stream().map(RemovalLog::shortened).toList());
    }

    private static RemovedRelease shortened(RemovedRelease release) {
        String directory = release.directory();
        return directory.length() <= DIRECTORY_MAX
                ? release
                : new RemovedRelease(
                        release.id(),
                        release.version(),
                        directory.substring(0, DIRECTORY_MAX),
                        release.bytes());
    }

    private static Removal with(
            Removal removal, List<RemovedPackage> packages, List<RemovedRelease> releases) {
        return new Removal(
                removal.number(),
                removal.at(),
                removal.deployment(),
                removal.rule(),
                removal.reason(),
                packages,
                releases,
                removal.count(),
                removal.bytes());
    }

    private boolean isHere(Sha512 sha512) {
        return Files.exists(packages.resolve(sha512.value()));
    }

    private static boolean isHere(RemovedRelease release) {
        try {
            return Files.exists(Path.of(release.directory()), LinkOption.NOFOLLOW_LINKS);
        } catch (InvalidPathException e) {
            LOG.debug("no path: {}", release.directory(), e);
            return false;
        }
    }

    /** The gateway has taken everything up to this number. */
    public synchronized void taken(long number) {
        List<Long> taken = List.copyOf(untold.headMap(number, true).keySet());
        if (taken.isEmpty()) {
            return;
        }
        // Their numbers must not be given again, whatever the clock says by then.
        mark(last);
        for (long one : taken) {
            forget(one);
        }
    }

    private void forget(long number) {
        untold.remove(number);
        // What was intended goes first: alone, it would be decided about and told again.
        delete(number + INTENDED);
        delete(number + DONE);
    }

    private void mark(long number) {
        try {
            if (!Files.exists(folder.resolve(number + LAST))) {
                PrivateFiles.write(folder.resolve(number + LAST), new byte[0]);
                for (Path path : inside()) {
                    String name = String.valueOf(path.getFileName());
                    if (name.endsWith(LAST) && numberOf(name, LAST) < number) {
                        Files.deleteIfExists(path);
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("the log of what was removed cannot be written: {}", e.toString());
        }
    }

    private void takeUp() throws IOException {
        List<Removal> intended = new ArrayList<>();
        for (Path path : inside()) {
            String name = String.valueOf(path.getFileName());
            if (name.endsWith(LAST)) {
                last = Math.max(last, numberOf(name, LAST));
            } else if (name.endsWith(DONE)) {
                takeUp(path, untold::put);
            } else if (name.endsWith(INTENDED)) {
                takeUp(path, (_, removal) -> intended.add(removal));
            } else if (name.startsWith(".") && name.endsWith(HALF)) {
                delete(name);
            }
        }
        for (Removal removal : intended) {
            if (untold.containsKey(removal.number())) {
                delete(removal.number() + INTENDED);
            } else {
                decide(removal);
            }
        }
    }

    /** Takes one in. */
    @FunctionalInterface
    private interface Taking {
        Object take(long number, Removal removal);
    }

    private void takeUp(Path path, Taking taking) throws IOException {
        try {
            Removal removal = StagecoachJson.read(Files.readAllBytes(path), Removal.class);
            last = Math.max(last, removal.number());
            Object _ = taking.take(removal.number(), removal);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            LOG.warn("what was removed is not told, since it cannot be read path={}", path, e);
            Files.deleteIfExists(path);
        }
    }

    /** Somebody was killed over it. */
    private void decide(Removal intended) {
        Things gone =
                new Things(
                        intended.packages().stream().filter(one -> !isHere(one.sha512())).toList(),
                        intended.releases().stream().filter(one -> !isHere(one)).toList());
        if (gone.count() == 0) {
            delete(intended.number() + INTENDED);
            return;
        }
        keep(
                new Removal(
                        intended.number(),
                        intended.at(),
                        intended.deployment(),
                        intended.rule(),
                        intended.reason(),
                        gone.packages(),
                        gone.releases(),
                        gone.count(),
                        gone.bytes()));
    }

    private static long numberOf(String name, String ending) {
        String number = name.substring(0, name.length() - ending.length());
        return number.matches("[0-9]{1,18}") ? Long.parseLong(number) : 0;
    }

    private List<Path> inside() throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.sorted().toList();
        }
    }

    /** Whether that worked. */
    private boolean write(String name, Removal removal) {
        try {
            PrivateFiles.write(folder.resolve(name), StagecoachJson.bytes(removal));
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "what is removed cannot be written down, and is told only if this tentacle lives until then: {}",
                    e.toString());
            return false;
        }
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            LOG.warn("the log of what was removed cannot be cleared: {}", e.toString());
        }
    }
}
