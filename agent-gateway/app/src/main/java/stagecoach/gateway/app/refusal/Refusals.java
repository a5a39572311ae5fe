package stagecoach.gateway.app.refusal;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.gateway.door.LatelyRefused;
import stagecoach.gateway.door.TellRefusal;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Tells of those who are refused, as events: nobody waits for that, and whoever has himself refused
 * again and again makes few of them.
 */
@Singleton
public class Refusals {
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    /** As many reasons and addresses are told apart within a window, and as many agents. */
    private static final int ORIGINS_MAX = 200;

    private static final int DETAIL_CHARS_MAX = 300;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final DoorKind kind;
    private final Clock clock;
    private final LatelyRefused strangers;

    /** Apart, so that no crowd of strangers hides a certificate that somebody else has. */
    private final LatelyRefused agents;

    private final Rounds rounds = Rounds.atOnce("refusals", LOOK_EVERY, this::tellDue);

    /** What is to be told; no more than the origins and their sums, while the database is away. */
    private final List<EntryRefused> untold = new ArrayList<>();

    Refusals(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            DoorKind kind,
            Clock clock,
            @ConfigProperty(name = "stagecoach.refusals.told-every", defaultValue = "PT10M")
                    Duration toldEvery) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.kind = kind;
        this.clock = clock;
        this.strangers = new LatelyRefused(toldEvery, ORIGINS_MAX, "other addresses");
        this.agents = new LatelyRefused(toldEvery, ORIGINS_MAX, "other agents");
    }

    void start(@Observes @Priority(2000) StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes @Priority(1000) ShutdownEvent event) {
        rounds.stop();
    }

    /** A stranger is refused, by the address that it comes from. */
    public void stranger(Refusal refusal, String from, Optional<Thumbprint> shown, String detail) {
        tell(refusal, from, shown, Optional.empty(), detail);
    }

    /** Somebody is refused who has shown the certificate of an agent, or what was one. */
    public void agent(
            Refusal refusal, String from, Thumbprint shown, AgentId agent, String detail) {
        tell(refusal, from, Optional.of(shown), Optional.of(agent), detail);
    }

    private void tell(
            Refusal refusal,
            String from,
            Optional<Thumbprint> shown,
            Optional<AgentId> agent,
            String detail) {
        String bounded =
                detail.length() > DETAIL_CHARS_MAX ? detail.substring(0, DETAIL_CHARS_MAX) : detail;
        var one = new EntryRefused(refusal, from, shown.map(Thumbprint::value), agent, 1, bounded);
        boolean now;
        synchronized (untold) {
            now =
                    (agent.isPresent() ? agents : strangers)
                            .count(one, uptime())
                            .map(untold::add)
                            .orElse(false);
        }
        if (now) {
            rounds.wake();
        }
    }

    private void tellDue() {
        List<EntryRefused> due;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        synchronized (untold) {
            if (untold.size() < ORIGINS_MAX) {
                untold.addAll(strangers.due(uptime()));
                untold.addAll(agents.due(uptime()));
            }
            due = List.copyOf(untold);
        }
        if (due.isEmpty()) {
            return;
        }
        try {
            unitOfWork.execute(
                    tx ->
                            commands.handle(
                                    tx,
                                    kind,
                                    DoorKind.streamAt(now),
                                    due.stream().map(TellRefusal::new).toList(),
                                    Cause.of(clock, Cause.SYSTEM)));
        } catch (TemporaryFailure e) {
            throw e;
        } catch (RuntimeException e) {
            // It would fail again, and keep all later ones from being told.
            LOG.errorf(e, "refusals cannot be told and are dropped count=%d", due.size());
        }
        synchronized (untold) {
            untold.subList(0, due.size()).clear();
        }
    }

    /** For windows: whoever corrects the computer's clock must not hold them open by that. */
    private static Instant uptime() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
