package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.enrolment.AgentKind;
import stagecoach.gateway.app.enrolment.Agents;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.session.lane.RateLimit;
import stagecoach.gateway.presence.AgentAction;
import stagecoach.gateway.presence.AgentAction.NoteBegun;
import stagecoach.gateway.presence.AgentAction.NoteConnected;
import stagecoach.gateway.presence.AgentAction.NoteLost;
import stagecoach.gateway.presence.AgentAction.NoteMeasured;
import stagecoach.gateway.presence.AgentAction.NoteTidied;
import stagecoach.gateway.presence.AgentAction.NoteTold;
import stagecoach.gateway.presence.AgentAction.Renew;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What the tables and the world are told of sessions: that they began, what was said, their end.
 */
@Singleton
class Presence {
    private final MachineWork work;
    private final CommandHandler commands;
    private final AgentKind kind;
    private final Agents agents;
    private final SessionStore store;
    private final Mailbox mailbox;
    private final UUID pod;
    private final Clock clock;

    Presence(
            MachineWork work,
            CommandHandler commands,
            AgentKind kind,
            Agents agents,
            SessionStore store,
            Mailbox mailbox,
            Pod pod,
            Clock clock) {
        this.work = work;
        this.commands = commands;
        this.kind = kind;
        this.agents = agents;
        this.store = store;
        this.mailbox = mailbox;
        this.pod = pod.id();
        this.clock = clock;
    }

    /**
     * A session that has begun, and what it begins with.
     *
     * @param next the certificate that was announced, if it is trusted from now on
     */
    record Begun(Epoch epoch, Mailbox.Resumed resumed, Optional<Thumbprint> next) {}

    /**
     * Begins a session, unless the certificate is not trusted any more.
     *
     * @param there whether the machine is still there when it is its turn
     */
    Optional<Begun> begin(AgentId agent, Thumbprint shown, Hello hello, BooleanSupplier there) {
        return work.runIf(
                        there,
                        tx -> {
                            // The first lock: whoever takes trust away takes the same one first.
                            Epoch opened = store.open(tx, agent, pod);
                            if (!agents.isTrusted(tx, agent, shown)) {
                                store.supersede(tx, agent);
                                return Optional.<Begun>empty();
                            }
                            Epoch epoch =
                                    store.above(tx, agent, opened, hello.epochSeen().orElse(0L));
                            if (agents.isNext(tx, agent, shown)
                                    && !note(tx, agent, new Renew(shown.value()))) {
                                store.supersede(tx, agent);
                                return Optional.<Begun>empty();
                            }
                            Optional<Thumbprint> next =
                                    announced(hello)
                                            .filter(announced -> !announced.equals(shown))
                                            .filter(
                                                    announced ->
                                                            agents.announce(tx, agent, announced));
                            note(
                                    tx,
                                    agent,
                                    new NoteConnected(
                                            stagecoach.gateway.presence.Health.connected(
                                                            hello.version(),
                                                            hello.freeDiskBytes(),
                                                            hello.capabilities())
                                                    .told(
                                                            hello.freeDiskBytes(),
                                                            hello.unhealthy())));
                            agents.keepSeen(
                                    tx,
                                    List.of(
                                            new Agents.Seen(
                                                    agent,
                                                    clock.instant(),
                                                    hello.freeDiskBytes())));
                            Set<Ticket> journal =
                                    hello.openTickets().stream()
                                            .map(OpenTicket::ticket)
                                            .collect(Collectors.toSet());
                            return Optional.of(
                                    new Begun(epoch, mailbox.resume(tx, agent, journal), next));
                        })
                .flatMap(begun -> begun);
    }

    /** What is no thumbprint is trusted as little as that of another. */
    private static Optional<Thumbprint> announced(Hello hello) {
        try {
            return hello.nextThumbprint().map(Thumbprint::new);
        } catch (IllegalArgumentException noThumbprint) {
            return Optional.empty();
        }
    }

    /** What a machine tells of itself in a session is passed on as it comes. */
    SelfReports reports(AgentId agent, Supplier<Epoch> epoch) {
        return new SelfReports(agent, epoch);
    }

    /** What a tentacle told of itself; counts only from its newest session. */
    void told(AgentId agent, Epoch epoch, Health health) {
        work.run(
                tx ->
                        store.hold(tx, agent, epoch, pod)
                                && note(
                                        tx,
                                        agent,
                                        new NoteTold(health.freeDiskBytes(), health.unhealthy())));
    }

    /** What a tentacle has measured; counts only from its newest session. */
    void measured(AgentId agent, Epoch epoch, List<SourceLatency> latencies) {
        work.run(
                tx ->
                        store.hold(tx, agent, epoch, pod)
                                && note(tx, agent, new NoteMeasured(latencies)));
    }

    /** What interrupted fetches have left on a machine; counts only from its newest session. */
    void begun(AgentId agent, Epoch epoch, List<BegunPackage> packages) {
        work.run(
                tx ->
                        store.hold(tx, agent, epoch, pod)
                                && note(tx, agent, new NoteBegun(packages)));
    }

    /**
     * What a machine has removed; counts only from its newest session.
     *
     * @return whether it is safe now
     */
    boolean tidied(AgentId agent, Epoch epoch, List<Removal> removals) {
        return work.run(
                tx -> {
                    boolean counts = store.hold(tx, agent, epoch, pod);
                    if (counts) {
                        note(tx, agent, new NoteTidied(removals));
                    }
                    return counts;
                });
    }

    /** Which of our certificates a machine trusts; counts only from its newest session. */
    void trusts(AgentId agent, Epoch epoch, List<Thumbprint> gateways) {
        work.run(
                tx -> {
                    boolean counts = store.hold(tx, agent, epoch, pod);
                    if (counts) {
                        agents.keepGateways(tx, agent, gateways);
                    }
                    return counts;
                });
    }

    /** A session of this process has ended; counts only if it was the newest. */
    void lost(AgentId agent, Epoch epoch, String why) {
        lost(agent, epoch, pod, why);
    }

    /** A session of some process has ended. */
    boolean lost(AgentId agent, Epoch epoch, UUID ofPod, String why) {
        return work.run(
                tx -> store.close(tx, agent, epoch, ofPod) && note(tx, agent, new NoteLost(why)));
    }

    private boolean note(Tx tx, AgentId agent, AgentAction action) {
        return !commands.handle(
                        tx,
                        kind,
                        AgentKind.streamOf(agent),
                        List.of(action),
                        Cause.of(clock, Cause.SYSTEM))
                .events()
                .isEmpty();
    }

    /**
     * What a machine tells of itself in a session, passed on where it is news, and no more often
     * than may be; called for one frame after the other.
     */
    final class SelfReports {
        /** More caches than any tentacle measures. */
        private static final int LATENCIES_MAX = 100;

        /** More than any tentacle tells. */
        private static final int BEGUN_MAX = 200;

        private final AgentId agent;
        private final Supplier<Epoch> epoch;
        private Optional<String> trouble = Optional.empty();

        /** What the world was told that its disk has room for. */
        private long roomTold;

        /** What it said last. */
        private volatile long room;

        /** Empty before the first word: what an earlier session told may have gone since. */
        private Optional<List<BegunPackage>> begun = Optional.empty();

        /** The removals that were taken last are known to be safe. */
        private long tidiedUpTo;

        /** What a tentacle measures is told no more often; it says it when it has changed. */
        private final RateLimit measured = new RateLimit(1, Duration.ofSeconds(20));

        /** Troubles of a machine that are told; a later frame tells the newest. */
        private final RateLimit troubled = new RateLimit(6, Duration.ofMinutes(1));

        /** Disks that have filled or emptied; what is between is read from the tables. */
        private final RateLimit filled = new RateLimit(1, Duration.ofMinutes(5));

        /** The same of what fetches have left. */
        private final RateLimit interrupted = new RateLimit(6, Duration.ofMinutes(1));

        /** Removals that are taken; what is not is said again. */
        private final RateLimit removing = new RateLimit(6, Duration.ofMinutes(1));

        private SelfReports(AgentId agent, Supplier<Epoch> epoch) {
            this.agent = agent;
            this.epoch = epoch;
        }

        /** What it said as it came has been told with the beginning of the session. */
        void begin(Hello hello) {
            trouble = hello.unhealthy();
            roomTold = hello.freeDiskBytes();
            room = hello.freeDiskBytes();
        }

        /** How many bytes were free on its disk when it said so last. */
        long room() {
            return room;
        }

        private boolean isNews(Health health) {
            return health.unhealthy().equals(trouble)
                    ? stagecoach.gateway.presence.Health.isOtherRoom(
                                    health.freeDiskBytes(), roomTold)
                            && filled.may()
                    : troubled.may();
        }

        /**
         * Passes on what is news.
         *
         * @param persistently does something, again while the database is away
         * @param taken told up to which number removals are safe
         */
        void on(Health health, Consumer<Runnable> persistently, LongConsumer taken) {
            room = health.freeDiskBytes();
            if (isNews(health)) {
                persistently.accept(
                        () -> {
                            told(agent, epoch.get(), health);
                            trouble = health.unhealthy();
                            roomTold = health.freeDiskBytes();
                        });
            }
            if (!health.latencies().isEmpty()
                    && health.latencies().size() <= LATENCIES_MAX
                    && measured.may()) {
                persistently.accept(
                        () -> Presence.this.measured(agent, epoch.get(), health.latencies()));
            }
            if (!begun.equals(Optional.of(health.begun()))
                    && health.begun().size() <= BEGUN_MAX
                    && interrupted.may()) {
                persistently.accept(
                        () -> {
                            Presence.this.begun(agent, epoch.get(), health.begun());
                            begun = Optional.of(health.begun());
                        });
            }
            if (!health.removals().isEmpty() && health.removals().size() <= Health.REMOVALS_MAX) {
                onRemovals(health.removals(), persistently, taken);
            }
        }

        private void onRemovals(
                List<Removal> removals, Consumer<Runnable> persistently, LongConsumer taken) {
            long upTo = removals.getLast().number();
            if (upTo == tidiedUpTo) {
                taken.accept(upTo);
            } else if (removing.may()) {
                persistently.accept(
                        () -> {
                            if (tidied(agent, epoch.get(), removals)) {
                                tidiedUpTo = upTo;
                                taken.accept(upTo);
                            }
                        });
            }
        }
    }
}
