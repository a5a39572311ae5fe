package stagecoach.gateway.app.session;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.enrolment.Agents;
import stagecoach.gateway.app.mailbox.CommandReaders;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.presence.Silence;
import stagecoach.gateway.presence.Vigil;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.pods.OtherPods;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Keeps this process and the tables of one mind: says that it lives, gives up sessions that are
 * behind or silent, takes commands over that another process took in, has Kafka give away what a
 * dead process would have taken in, tells of the sessions that it left behind, and notes when
 * machines were seen.
 */
@Singleton
class PodLease {
    private static final Logger LOG = Logger.getLogger(PodLease.class);
    private static final int BATCH = 200;
    private static final int SEEN_BATCH = 1_000;
    private static final Duration LISTEN_EVERY = Duration.ofSeconds(1);
    private static final Duration WATCH_EVERY = Duration.ofMillis(500);

    private final SessionStore store;
    private final Sessions sessions;
    private final Presence presence;
    private final Agents agents;
    private final UnitOfWork unitOfWork;
    private final SessionConfig config;
    private final Homecoming homecoming;
    private final CommandReaders readers;
    private final Clock clock;
    private final UUID pod;
    private final String member;
    private final Silence silence;
    private final Vigil vigil;
    private final List<Rounds> rounds;

    /** How old our own last word looks, and who says nothing. */
    private record Seen(Optional<Duration> own, List<SessionStore.Silent> silent) {}

    PodLease(
            SessionStore store,
            Sessions sessions,
            Presence presence,
            Agents agents,
            UnitOfWork unitOfWork,
            SessionConfig config,
            Homecoming homecoming,
            CommandReaders readers,
            OtherPods others,
            Pod pod,
            Clock clock) {
        this.store = store;
        this.sessions = sessions;
        this.presence = presence;
        this.agents = agents;
        this.unitOfWork = unitOfWork;
        this.config = config;
        this.homecoming = homecoming;
        this.readers = readers;
        this.clock = clock;
        this.pod = pod.id();
        this.member = pod.member();
        this.vigil = new Vigil(config.leaseEvery(), config.takeOverAfter(), Pod.uptime());
        pod.judgesBy(() -> vigil.isUnbroken(Pod.uptime()));
        this.silence = new Silence(config.pingEvery(), config.silenceMax());
        Rounds poll = Rounds.atOnce("pod-poll", config.pollEvery(), this::poll);
        others.onHeard(Mailbox.MAIL, poll::wake);
        this.rounds =
                List.of(
                        Rounds.atOnce("pod-lease", config.leaseEvery(), this::renew),
                        Rounds.atOnce("pod-compare", config.compareEvery(), this::compare),
                        poll,
                        Rounds.atOnce("pod-watch", WATCH_EVERY, this::takeOver),
                        Rounds.atOnce("pod-listen", LISTEN_EVERY, this::listen),
                        new Rounds("pod-seen", config.seenEvery(), this::noteSeen));
    }

    void start(@Observes @Priority(2000) StartupEvent event) {
        homecoming.begins(Pod.uptime());
        rounds.forEach(Rounds::start);
    }

    void stop(@Observes @Priority(1000) ShutdownEvent event) {
        sessions.stop();
        halt();
        try {
            unitOfWork.run(
                    tx -> {
                        store.release(tx, pod);
                        return pod;
                    });
        } catch (TemporaryFailure e) {
            LOG.warnf("the lease runs out by itself cause=%s", e);
        }
    }

    /** No further round begins; the lease runs out by itself. */
    void halt() {
        rounds.forEach(Rounds::stop);
    }

    /** Nothing else is in this round, so that nothing can hold it up. */
    private void renew() {
        Instant begun = Pod.uptime();
        unitOfWork.execute(tx -> store.renew(tx, pod, member, config.lease()));
        vigil.spoke(begun, Pod.uptime());
    }

    /**
     * What a silent process reads from Kafka is given to those who live, by one of them and once a
     * minute at most; Kafka itself would wait longer.
     */
    private void takeOver() {
        Seen seen =
                unitOfWork.run(
                        tx ->
                                new Seen(
                                        store.age(tx, pod),
                                        store.silent(tx, member, config.takeOverAfter())));
        vigil.saw(seen.own(), Pod.uptime());
        if (seen.silent().isEmpty() || !vigil.isUnbroken(Pod.uptime())) {
            return;
        }
        List<SessionStore.Silent> ours =
                unitOfWork.run(
                        tx ->
                                seen.silent().stream()
                                        .filter(each -> store.claim(tx, each))
                                        .toList());
        if (!ours.isEmpty()) {
            remove(ours);
        }
    }

    private void remove(List<SessionStore.Silent> silent) {
        Set<String> members =
                silent.stream().map(SessionStore.Silent::member).collect(Collectors.toSet());
        try {
            readers.remove(members);
        } catch (RuntimeException e) {
            unitOfWork.execute(tx -> silent.forEach(each -> store.unclaim(tx, each)));
            throw e;
        }
        LOG.infof("taken over from silent processes members=%s", members);
    }

    /** Gives up what others have taken over, and tells what has ended unseen. */
    private void compare() {
        Map<AgentId, Session> here = new HashMap<>();
        sessions.all().forEach(session -> here.put(session.agent(), session));
        Map<AgentId, SessionStore.Row> held =
                unitOfWork.run(
                        tx -> {
                            store.forgetPods(tx);
                            return store.heldBy(tx, pod);
                        });
        for (Session session : here.values()) {
            SessionStore.Row row = held.get(session.agent());
            if (row == null || session.epoch().isBehind(row.epoch())) {
                session.giveWay();
            }
        }
        for (SessionStore.Row row : held.values()) {
            if (row.settled() && sessions.of(row.agent()).isEmpty()) {
                presence.lost(row.agent(), row.epoch(), pod, "Its connection closed.");
            }
        }
        tellOfOrphans();
    }

    private void tellOfOrphans() {
        if (!homecoming.isOver(Pod.uptime())) {
            return;
        }
        List<SessionStore.Row> orphans =
                unitOfWork.run(tx -> store.orphans(tx, config.restartGrace(), BATCH));
        for (SessionStore.Row orphan : orphans) {
            presence.lost(
                    orphan.agent(),
                    orphan.epoch(),
                    orphan.pod(),
                    "The gateway process that served it has stopped, and it has not come back.");
        }
    }

    /** Another process has taken commands in and told so, or could not. */
    private void poll() {
        if (sessions.count() > 0) {
            unitOfWork.run(tx -> store.wanted(tx, pod)).forEach(sessions::remind);
        }
    }

    /** Some at a time, so that nobody else waits long for the database. */
    private void noteSeen() {
        Instant now = clock.instant();
        List<Agents.Seen> seen =
                sessions.all().stream()
                        .map(session -> session.seen(now))
                        .flatMap(Optional::stream)
                        .toList();
        for (int from = 0; from < seen.size(); from += SEEN_BATCH) {
            List<Agents.Seen> some = seen.subList(from, Math.min(from + SEEN_BATCH, seen.size()));
            unitOfWork.execute(tx -> agents.keepSeen(tx, some));
        }
    }

    private void listen() {
        Instant now = Pod.uptime();
        for (Session session : sessions.all()) {
            session.socket().reassure();
            if (session.socket().isStuck(config.silenceMax())) {
                session.giveUp(
                        "It has taken nothing of what it was sent for %d seconds."
                                .formatted(config.silenceMax().toSeconds()));
                continue;
            }
            switch (silence.judge(session.socket().heard(), now)) {
                case FINE -> {}
                case PING -> session.socket().ping();
                case LOST ->
                        session.giveUp(
                                "Nothing was heard from it for %d seconds."
                                        .formatted(config.silenceMax().toSeconds()));
            }
        }
    }
}
