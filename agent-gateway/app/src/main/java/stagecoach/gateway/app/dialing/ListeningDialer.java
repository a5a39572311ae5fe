package stagecoach.gateway.app.dialing;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.dialing.MachineCalls.Connected;
import stagecoach.gateway.app.listening.ListeningMachines;
import stagecoach.gateway.app.listening.ListeningMachines.Call;
import stagecoach.gateway.app.listening.ListeningMachines.Held;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.session.Reception;
import stagecoach.gateway.app.session.SessionConfig;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Dials the machines that listen, each by one gateway process: whoever takes it in the tables. What
 * a dead process has taken is taken by the others as soon as they may call it silent. Should two
 * dial a machine after all, the epochs of its sessions decide, as they do between machines that
 * dial.
 */
@Singleton
class ListeningDialer {
    private static final Logger LOG = Logger.getLogger(ListeningDialer.class);

    /** In this time, as often, a machine says hello and is welcomed. */
    private static final int HELLOS_TO_WELCOME = 3;

    /** For processes that may not call others silent: their leases must end. */
    private static final Duration UNTIL_LEASES_END = Duration.ofDays(1);

    /** A machine that has dialled by itself needs none to dial it. */
    private static final Duration IS_HERE = Duration.ofSeconds(5);

    private final ListeningMachines machines;
    private final MachineCalls calls;
    private final Reception reception;
    private final Findings findings;
    private final UnitOfWork unitOfWork;
    private final DialConfig config;
    private final SessionConfig sessions;
    private final Pod pod;
    private final Backoff backoff;
    private final List<Rounds> rounds;
    private final ConcurrentMap<AgentId, Line> lines = new ConcurrentHashMap<>();
    private final AtomicInteger dialling = new AtomicInteger();

    /** What the tables gave to this process and it knew nothing of; of the comparison alone. */
    private Map<AgentId, Held> astray = Map.of();

    ListeningDialer(
            ListeningMachines machines,
            MachineCalls calls,
            Reception reception,
            Findings findings,
            UnitOfWork unitOfWork,
            DialConfig config,
            SessionConfig sessions,
            Pod pod) {
        this.machines = machines;
        this.calls = calls;
        this.reception = reception;
        this.findings = findings;
        this.unitOfWork = unitOfWork;
        this.config = config;
        this.sessions = sessions;
        this.pod = pod;
        this.backoff = new Backoff(config.pauseFirst(), config.pauseMax());
        this.rounds =
                List.of(
                        Rounds.atOnce("dial-look", config.lookEvery(), this::look),
                        Rounds.atOnce("dial-compare", config.compareEvery(), this::compare));
    }

    /** After the lease: who has taken a machine must be alive to the others. */
    void start(@Observes @Priority(3100) StartupEvent event) {
        rounds.forEach(Rounds::start);
    }

    /** Before the sessions are ended, so that none is begun anew; the lease gives all back. */
    void stop(@Observes @Priority(900) ShutdownEvent event) {
        rounds.forEach(Rounds::stop);
    }

    /** Takes machines whose time has come. */
    private void look() {
        int room = Math.min(config.atOneLook(), config.atOnce() - dialling.get());
        if (room <= 0 || reception.isClosing()) {
            return;
        }
        Duration silence = pod.seesClearly() ? sessions.takeOverAfter() : UNTIL_LEASES_END;
        for (Call call : unitOfWork.run(tx -> machines.claim(tx, pod.id(), silence, room))) {
            var line = new Line(call);
            if (reception.isHere(call.agent())) {
                giveBack(line, call.failures(), IS_HERE);
            } else {
                lines.put(call.agent(), line);
                aside("dial ", line, () -> dial(line));
                // Afterwards, so that one that did not begin does not count for ever.
                dialling.incrementAndGet();
            }
        }
    }

    /** If not even that is possible, the machine is given back with the next comparison. */
    private void aside(String what, Line line, Runnable work) {
        boolean begun = false;
        try {
            Thread.ofVirtual().name(what + line.call().agent()).start(work);
            begun = true;
        } finally {
            if (!begun) {
                forget(line);
            }
        }
    }

    private void dial(Line line) {
        Call call = line.call();
        try {
            begin(line, calls.call(call.address(), call.trusted()));
        } catch (Unreached e) {
            unreached(line, e);
        } catch (TemporaryFailure e) {
            LOG.debugf("dialled in vain agent=%s cause=%s", call.agent(), e);
            failed(line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(line);
        } catch (RuntimeException | Error e) {
            // First: a machine that stayed with a thread that has ended would be dialled by nobody.
            failed(line);
            LOG.errorf(e, "dialling failed agent=%s", call.agent());
        } finally {
            dialling.decrementAndGet();
        }
    }

    /** Whatever becomes of the telling, the machine is given back. */
    private void unreached(Line line, Unreached why) {
        try {
            findings.unreached(line.call().agent(), line.call().address(), why);
        } finally {
            failed(line);
        }
    }

    private void failed(Line line) {
        int failures = line.call().failures() + 1;
        giveBack(line, failures, backoff.after(failures, ThreadLocalRandom.current()));
    }

    /** Whoever was slow, and has lost the machine to another process meanwhile, leaves it alone. */
    private void begin(Line line, Connected connected) {
        Call call = line.call();
        boolean held = false;
        try {
            held = unitOfWork.run(tx -> machines.holds(tx, pod.id(), call.agent(), call.claim()));
        } finally {
            if (!held) {
                connected.drop();
            }
        }
        if (held) {
            connected.loop().runOnContext(v -> meet(line, connected));
        } else {
            forget(line);
        }
    }

    /** On the event loop. */
    private void meet(Line line, Connected connected) {
        Call call = line.call();
        if (connected.socket().isClosed()) {
            aside("undial ", line, () -> failed(line));
            return;
        }
        try {
            line.connected(
                    reception.begin(
                            connected.socket(),
                            connected.loop(),
                            call.agent(),
                            connected.shown(),
                            line::welcomed,
                            end -> ended(line, end)));
            connected.socket().resume();
        } catch (RuntimeException | Error e) {
            aside("undial ", line, () -> failed(line));
            LOG.errorf(e, "no session could begin agent=%s", call.agent());
            connected.drop();
            return;
        }
        connected
                .loop()
                .owner()
                .setTimer(
                        sessions.helloWithin().multipliedBy(HELLOS_TO_WELCOME).toMillis(),
                        id -> {
                            if (!line.isWelcome()) {
                                line.hangUp("It took too long to say hello.");
                            }
                        });
    }

    private void ended(Line line, Reception.End end) {
        boolean welcome = line.isWelcome();
        if (welcome && (end.comesBack() || line.unwanted().isPresent())) {
            giveBack(line, 0, Duration.ZERO);
        } else if (line.lasted(config.lasting())) {
            giveBack(line, 0, backoff.after(1, ThreadLocalRandom.current()));
        } else if (welcome || line.unwanted().isPresent() || reception.isClosing()) {
            failed(line);
        } else {
            unreached(
                    line,
                    new Unreached(
                            "%s was connected with, and no session began: %s"
                                    .formatted(line.call().address(), end.reason())));
        }
    }

    private void giveBack(Line line, int failures, Duration pause) {
        Call call = line.call();
        try {
            unitOfWork.execute(
                    tx ->
                            machines.release(
                                    tx,
                                    pod.id(),
                                    call.agent(),
                                    call.claim(),
                                    call.address(),
                                    failures,
                                    pause));
        } catch (TemporaryFailure e) {
            LOG.debugf("given back with the next comparison agent=%s cause=%s", call.agent(), e);
        } finally {
            forget(line);
        }
    }

    private void forget(Line line) {
        lines.remove(line.call().agent(), line);
    }

    /** Hangs up what is not to be any more, and gives back what this process knows nothing of. */
    private void compare() {
        Map<AgentId, Line> before = Map.copyOf(lines);
        Map<AgentId, Held> held = unitOfWork.run(tx -> machines.heldBy(tx, pod.id()));
        before.forEach((agent, line) -> compare(line, held));
        Map<AgentId, Held> unknown = new HashMap<>(held);
        unknown.keySet().removeAll(before.keySet());
        unknown.keySet().removeAll(lines.keySet());
        Map<AgentId, Held> twice = new HashMap<>(unknown);
        twice.entrySet().retainAll(astray.entrySet());
        twice.forEach(
                (agent, row) ->
                        unitOfWork.execute(
                                tx ->
                                        machines.release(
                                                tx,
                                                pod.id(),
                                                agent,
                                                row.claim(),
                                                row.address(),
                                                0,
                                                Duration.ZERO)));
        astray = unknown;
    }

    private static void compare(Line line, Map<AgentId, Held> held) {
        Held now = held.get(line.call().agent());
        if (now == null || now.claim() != line.call().claim()) {
            line.hangUp("This gateway process does not hold the machine any more.");
        } else if (now.disabled()) {
            line.hangUp("It is disabled, so it is not dialled.");
        } else if (!now.address().equals(line.call().address())) {
            line.hangUp("It is dialled at another address.");
        }
    }
}
