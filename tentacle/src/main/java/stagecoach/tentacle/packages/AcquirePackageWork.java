package stagecoach.tentacle.packages;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.packages.PackageRoom.Made;
import stagecoach.tentacle.packages.PackageStore.Held;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.trust.Identity;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Does what {@link AcquirePackage} asks. It may be begun again at any time: what has come is kept,
 * and of several who want the same digest one fetches it.
 */
public final class AcquirePackageWork implements Work {
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final Shared shared;
    private final AcquirePackage command;

    /** What all fetches on a machine share. */
    public static final class Shared {
        private final PackageStore store;
        private final PackageRoom room;
        private final Settings settings;
        private final Supplier<Identity> identity;
        private final FetchRules rules;
        private final DownSources downs;
        private final SourceDistances distances;
        private final Supplier<Set<Thumbprint>> gateways;

        /**
         * All of it; which sources are down is not known yet.
         *
         * @param routes the ways to all sources
         * @param open the commands on this machine
         * @param log told what is removed
         */
        public Shared(
                Home home,
                PackageStore store,
                Settings settings,
                Supplier<Identity> identity,
                Routes routes,
                FetchRules rules,
                Collection<LiveTicket> open,
                RemovalLog log) {
            this(
                    store,
                    settings,
                    identity,
                    rules,
                    open,
                    log,
                    home::freeBytes,
                    new DownSources(rules.downFor(), ServerAddresses.Resolver.SYSTEM, routes),
                    new GatewayTrust(home, settings));
        }

        /** On this disk. */
        Shared(
                PackageStore store,
                Settings settings,
                Supplier<Identity> identity,
                FetchRules rules,
                Collection<LiveTicket> open,
                RemovalLog log,
                PackageRoom.Disk disk) {
            this(
                    store,
                    settings,
                    identity,
                    rules,
                    open,
                    log,
                    disk,
                    new DownSources(
                            rules.downFor(), ServerAddresses.Resolver.SYSTEM, Routes.DIRECT));
        }

        /** On this disk, with what is known of the ways to the sources. */
        Shared(
                PackageStore store,
                Settings settings,
                Supplier<Identity> identity,
                FetchRules rules,
                Collection<LiveTicket> open,
                RemovalLog log,
                PackageRoom.Disk disk,
                DownSources downs) {
            this(store, settings, identity, rules, open, log, disk, downs, settings::trusted);
        }

        private Shared(
                PackageStore store,
                Settings settings,
                Supplier<Identity> identity,
                FetchRules rules,
                Collection<LiveTicket> open,
                RemovalLog log,
                PackageRoom.Disk disk,
                DownSources downs,
                Supplier<Set<Thumbprint>> gateways) {
            this.gateways = gateways;
            this.store = store;
            this.room = new PackageRoom(store, settings.keep(), disk, open, log);
            this.settings = settings;
            this.identity = identity;
            this.rules = rules;
            this.downs = downs;
            this.distances = new SourceDistances(identity, downs, SourceDistances.Rhythm.USUAL);
        }

        /** How far the caches are that were read from. */
        public SourceDistances distances() {
            return distances;
        }

        /** What interrupted fetches have left. */
        public List<BegunPackage> begun() throws IOException {
            return store.begun();
        }

        /** Where the server is. */
        Settings settings() {
            return settings;
        }

        PackageEndpoint.Server server() {
            Optional<URI> bytes = settings.bytes();
            return new PackageEndpoint.Server(bytes, gateways.get());
        }
    }

    /** Does {@code command}. */
    public AcquirePackageWork(Shared shared, AcquirePackage command) {
        this.shared = shared;
        this.command = command;
    }

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        live.begun();
        return live.interruptibly(
                () -> {
                    ReentrantLock lock = shared.store.lock(command.pin().sha512());
                    lock.lockInterruptibly();
                    try {
                        return acquire(live);
                    } finally {
                        lock.unlock();
                    }
                });
    }

    private CommandResult acquire(LiveTicket live) throws IOException, InterruptedException {
        PackagePin pin = command.pin();
        List<String> broken = List.of();
        var removed = new ArrayList<>(shared.room.tidy(live));
        if (!command.force()) {
            switch (shared.store.find(pin)) {
                case Held.Verified _ -> {
                    return Results.acquired(
                            new AcquisitionResult(
                                    new ServedBy(ServedBy.Kind.HELD, Optional.empty()),
                                    0,
                                    0,
                                    0,
                                    List.of(),
                                    stillGone(removed)));
                }
                case Held.Absent _ -> {}
                case Held.Purged(String actual) ->
                        broken = List.of("this machine's own copy had " + actual);
            }
        }
        return switch (shared.room.make(pin, live)) {
            case Made.TooLittle(String sentence) -> Results.failed(sentence);
            case Made.Room(List<Sha512> others) -> {
                removed.addAll(others);
                try {
                    yield fetch(live, broken, removed);
                } catch (IOException e) {
                    if (!PackageRoom.isFull(e)) {
                        throw e;
                    }
                    // What came would keep the disk full, for this machine's scripts as well.
                    shared.store.dropPartial(pin);
                    yield Results.failed(
                            "%s %s could not be got: the disk became full on the way (%s). Make room, then retry."
                                    .formatted(pin.id(), pin.version(), e.getMessage()));
                } finally {
                    shared.room.giveBack(pin);
                }
            }
        };
    }

    private CommandResult fetch(LiveTicket live, List<String> broken, List<Sha512> removed)
            throws IOException, InterruptedException {
        PackagePin pin = command.pin();
        SourceWalk walk =
                new SourceWalk(
                        shared.store,
                        pin,
                        shared.identity,
                        shared.rules,
                        shared.downs,
                        broken,
                        throttled(live));
        var sources =
                command.sources().stream()
                        .map(
                                source ->
                                        PackageEndpoint.of(
                                                source,
                                                pin.sha512(),
                                                live.delivered(),
                                                shared.server()))
                        .toList();
        for (PackageEndpoint.Resolved source : sources) {
            if (source instanceof PackageEndpoint.Resolved.Usable(PackageEndpoint endpoint)) {
                shared.distances.learn(endpoint);
            }
        }
        return switch (walk.walk(sources)) {
            case SourceWalk.Walked.Arrived(AcquisitionResult result) ->
                    Results.acquired(result.withRemoved(stillGone(removed)));
            case SourceWalk.Walked.Failed(String reason) ->
                    Results.failed(
                            "%s %s could not be got: %s."
                                    .formatted(pin.id(), pin.version(), reason));
        };
    }

    /** Another command may have brought some of it back meanwhile, and have told so. */
    private List<Sha512> stillGone(List<Sha512> removed) {
        return removed.stream().filter(sha512 -> !shared.store.has(sha512)).toList();
    }

    private static LongConsumer throttled(LiveTicket live) {
        Instant[] said = {live.now()};
        return bytes -> {
            Instant now = live.now();
            if (!now.isBefore(said[0].plus(PROGRESS_EVERY))) {
                said[0] = now;
                live.progress(bytes);
            }
        };
    }
}
