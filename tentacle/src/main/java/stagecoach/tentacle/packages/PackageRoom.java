package stagecoach.tentacle.packages;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.contracts.agent.Removal.Rule;
import stagecoach.tentacle.home.KeepRules;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.packages.PackageStore.Stored;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.vocabulary.packages.KeepRule;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Makes room for a package before it comes. Other packages go for it, what was not used for the
 * longest time first, but never one that a deployment which has not ended needs (the gateway tells
 * which), that a command on this machine names, or that was used within the last hour.
 */
final class PackageRoom {
    /**
     * News of what was used so recently may still be on its way to those who count what is needed.
     */
    private static final Duration GRACE = Duration.ofHours(1);

    private static final Duration PARTIALS_KEPT = Duration.ofDays(7);

    private final PackageStore store;
    private final KeepRules rules;
    private final Disk disk;
    private final Collection<LiveTicket> open;
    private final RemovalLog log;
    private final Map<Sha512, PackagePin> coming = new ConcurrentHashMap<>();

    /** The disk that packages lie on. */
    @FunctionalInterface
    interface Disk {
        /** Bytes that can still be written. */
        long freeBytes() throws IOException;
    }

    /**
     * @param open the commands on this machine
     * @param log told what goes
     */
    PackageRoom(
            PackageStore store,
            KeepRules rules,
            Disk disk,
            Collection<LiveTicket> open,
            RemovalLog log) {
        this.log = log;
        this.store = store;
        this.rules = rules;
        this.disk = disk;
        this.open = open;
    }

    /**
     * Whether a failure is that of a full disk; Java has no type for it, only the system's words.
     */
    static boolean isFull(IOException failure) {
        String words = String.valueOf(failure.getMessage());
        return words.contains("No space left on device")
                || words.contains("Disk quota exceeded")
                || words.contains("There is not enough space on the disk");
    }

    /** What came of it. */
    sealed interface Made {
        /** There is room, which belongs to this package until it is given back. */
        record Room(List<Sha512> removed) implements Made {}

        /** There is not enough, whatever may be removed; so nothing was. */
        record TooLittle(String sentence) implements Made {}
    }

    /** Removes what the rules do not keep; for one at a time, so that nothing goes for two. */
    synchronized List<Sha512> tidy(LiveTicket live) throws IOException {
        Set<Sha512> named = named();
        for (Stored partial : store.partials()) {
            if (!named.contains(partial.sha512())
                    && partial.usedAt().isBefore(live.wallTime().minus(PARTIALS_KEPT))) {
                store.removePartial(partial);
            }
        }
        if (rules.days().isEmpty() && rules.versions().isEmpty()) {
            return List.of();
        }
        var rule = new KeepRule(rules.versions(), rules.days());
        Instant now = live.wallTime();
        Set<Sha512> lastUsed = lastUsed(rule);
        List<Stored> old =
                removable(live, named).stream()
                        .filter(one -> rule.isOld(one.usedAt(), now))
                        .filter(one -> !lastUsed.contains(one.sha512()))
                        .toList();
        return removed(
                live,
                old,
                Long.MAX_VALUE,
                rules.versions().isPresent() ? Rule.VERSIONS : Rule.AGE,
                rule.reason(
                        "keep-versions is %d, and others of it were used later"::formatted,
                        "nobody has used it for %d days"::formatted));
    }

    /** Those that stay by their number: of each package the versions that were used last. */
    private Set<Sha512> lastUsed(KeepRule rule) throws IOException {
        if (rule.versions().isEmpty()) {
            return Set.of();
        }
        List<Stored> lastFirst =
                store.held().stream()
                        .sorted(Comparator.comparing(Stored::usedAt, Comparator.reverseOrder()))
                        .toList();
        // What nobody can name is a version of nothing.
        return rule
                .keptByNumber(lastFirst, one -> store.known(one.sha512()).map(PackagePin::id))
                .stream()
                .map(Stored::sha512)
                .collect(Collectors.toSet());
    }

    /** Makes room for what is missing of a package. */
    synchronized Made make(PackagePin pin, LiveTicket live) throws IOException {
        long missing = pin.size() - store.partialBytes(pin);
        List<Sha512> gone = new ArrayList<>();
        long lacking = lacking(missing);
        if (lacking > 0) {
            Set<Sha512> named = named();
            named.add(pin.sha512());
            List<Stored> partials =
                    store.partials().stream().filter(one -> !named.contains(one.sha512())).toList();
            List<Stored> packages = removable(live, named);
            long most = sum(partials) + sum(packages);
            if (most < lacking) {
                return new Made.TooLittle(tooLittle(pin, missing, most));
            }
            for (Stored partial : partials) {
                store.removePartial(partial);
            }
            lacking = lacking(missing);
            gone.addAll(
                    removed(
                            live,
                            packages,
                            lacking,
                            Rule.DISK,
                            "%s %s needs the room".formatted(pin.id(), pin.version())));
            if (lacking(missing) > 0) {
                return new Made.TooLittle(tooLittle(pin, missing, 0));
            }
        }
        coming.put(pin.sha512(), pin);
        return new Made.Room(gone);
    }

    /** The package has come, or will not. */
    void giveBack(PackagePin pin) {
        coming.remove(pin.sha512());
    }

    private long lacking(long missing) throws IOException {
        long others = 0;
        for (PackagePin other : coming.values()) {
            others += Math.max(0, other.size() - store.partialBytes(other));
        }
        return missing + others + rules.freeBytes() - disk.freeBytes();
    }

    private static long sum(List<Stored> stored) {
        return stored.stream().mapToLong(Stored::size).sum();
    }

    private String tooLittle(PackagePin pin, long missing, long removable) throws IOException {
        return "%s %s needs %d MiB%s, and only %d MiB are free; %s. Make room, then retry."
                .formatted(
                        pin.id(),
                        pin.version(),
                        (missing >> 20) + 1,
                        rules.freeBytes() > 0
                                ? " and %d MiB are to stay free".formatted(rules.freeBytes() >> 20)
                                : "",
                        disk.freeBytes() >> 20,
                        removable == 0
                                ? "no package here can go for it"
                                : "packages that can go have %d MiB".formatted(removable >> 20));
    }

    /** What may go, what was not used for the longest time first. */
    private List<Stored> removable(LiveTicket live, Set<Sha512> named) throws IOException {
        Optional<List<Sha512>> told = live.delivered().needed();
        if (told.isEmpty()) {
            return List.of();
        }
        Set<Sha512> needed = new HashSet<>(told.get());
        // What was got since the gateway told what is needed, it did not tell of.
        Instant before = live.acceptedAt().minus(GRACE);
        return store.held().stream()
                .filter(
                        one ->
                                !needed.contains(one.sha512())
                                        && !named.contains(one.sha512())
                                        && one.usedAt().isBefore(before))
                .sorted(Comparator.comparing(Stored::usedAt))
                .toList();
    }

    /** What commands on this machine are about. */
    private Set<Sha512> named() {
        Set<Sha512> named = new HashSet<>(coming.keySet());
        for (LiveTicket live : open) {
            if (live.result().isEmpty()) {
                switch (live.command()) {
                    case AgentCommand.AcquirePackage acquire -> named.add(acquire.pin().sha512());
                    case AgentCommand.InstallPackage install -> named.add(install.pin().sha512());
                    case AgentCommand.RunScript script ->
                            script.packages().forEach(one -> named.add(one.pin().sha512()));
                    case AgentCommand.CheckHttp _, AgentCommand.CancelCommand _ -> {}
                }
            }
        }
        return named;
    }

    private List<Sha512> removed(
            LiveTicket live, List<Stored> some, long bytes, Rule rule, String why)
            throws IOException {
        List<Sha512> gone = new ArrayList<>();
        long freed = 0;
        int next = 0;
        while (next < some.size() && freed < bytes) {
            // Some of them may be in use by now, and others go for them.
            List<RemovedPackage> going = new ArrayList<>();
            List<Stored> chosen = new ArrayList<>();
            long expected = freed;
            while (next < some.size() && expected < bytes && chosen.size() < Removal.NAMED_MAX) {
                Stored one = some.get(next++);
                chosen.add(one);
                going.add(named(one));
                expected += one.size();
            }
            freed += removed(live, chosen, going, rule, why, gone);
        }
        return gone;
    }

    private RemovedPackage named(Stored one) {
        Optional<PackagePin> known = store.known(one.sha512());
        return new RemovedPackage(
                one.sha512(),
                known.map(PackagePin::id),
                known.map(PackagePin::version),
                one.size(),
                one.usedAt());
    }

    private long removed(
            LiveTicket live,
            List<Stored> chosen,
            List<RemovedPackage> going,
            Rule rule,
            String why,
            List<Sha512> gone)
            throws IOException {
        var occasion = new RemovalLog.Occasion(live, rule, why);
        long number = log.intend(occasion, RemovalLog.Things.ofPackages(going));
        List<RemovedPackage> went = new ArrayList<>();
        long freed = 0;
        try {
            for (int i = 0; i < chosen.size(); i++) {
                if (store.remove(chosen.get(i))) {
                    went.add(going.get(i));
                    gone.add(chosen.get(i).sha512());
                    freed += chosen.get(i).size();
                    live.info(told(going.get(i), why));
                }
            }
        } finally {
            log.done(number, occasion, RemovalLog.Things.ofPackages(went));
        }
        return freed;
    }

    private static String told(RemovedPackage one, String why) {
        return "Removed %s from this machine (%d KiB, last used %s): %s."
                .formatted(
                        one.id()
                                .flatMap(id -> one.version().map(version -> id + " " + version))
                                .orElse("the package " + one.sha512()),
                        one.bytes() >> 10,
                        one.usedAt(),
                        why);
    }
}
