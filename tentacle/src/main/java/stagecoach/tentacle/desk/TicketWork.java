package stagecoach.tentacle.desk;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.JournalEntry.StopAsked;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.script.NamedMutexes;
import stagecoach.tentacle.script.ScriptOutcome;
import stagecoach.tentacle.script.ScriptRun;

/** Works on one ticket, on a thread of its own, until it has a result. */
final class TicketWork {
    private static final Logger LOG = LoggerFactory.getLogger(TicketWork.class);

    /**
     * A machine's trouble (a full disk) may pass; the work is taken up again as after a restart.
     */
    private static final int TROUBLES_MAX = 30;

    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(2);
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private final LiveTicket live;
    private final Workshop.Job job;
    private final Optional<NamedMutexes.Place> place;

    private TicketWork(LiveTicket live, Workshop.Job job, Optional<NamedMutexes.Place> place) {
        this.live = live;
        this.job = job;
        this.place = place;
    }

    /** Stands in line for the ticket's lock, now, and works on it when its turn has come. */
    static void start(LiveTicket live, Workshop.Job job, NamedMutexes mutexes) {
        Optional<NamedMutexes.Place> place =
                job.mutex().map(mutex -> mutexes.enqueue(mutex, name(live), live::ring));
        TicketWork work = new TicketWork(live, job, place);
        Thread.ofVirtual().name("ticket-" + live.ticket()).start(work::run);
    }

    private static String name(LiveTicket live) {
        CommandContext context = live.command().context();
        return context.step().map(step -> "step " + step.value() + " of ").orElse("")
                + "deployment "
                + context.deployment().value();
    }

    private void run() {
        try {
            CommandResult result = result();
            LOG.info("work ended ticket={} outcome={}", live.ticket(), result.outcome());
            say(result);
        } catch (InterruptedException e) {
            // Only this process's own end interrupts here; the next one takes the ticket up.
            Thread.currentThread().interrupt();
        } finally {
            place.ifPresent(NamedMutexes.Place::close);
        }
    }

    private CommandResult result() throws InterruptedException {
        int troubles = 0;
        while (true) {
            try {
                return turn();
            } catch (InterruptedException e) {
                Optional<StopAsked> stop = live.stop();
                if (stop.isEmpty()) {
                    throw e;
                }
                return ScriptOutcome.stopped(stop.get().cause(), Optional.empty());
            } catch (IOException e) {
                LOG.warn("this machine failed at its work ticket={}", live.ticket(), e);
                Optional<StopAsked> stop = live.stop();
                if (!live.isStarted()) {
                    return stop.isPresent()
                            ? ScriptOutcome.stopped(stop.get().cause(), Optional.empty())
                            : Results.refused("This machine could not begin: " + e + ".");
                }
                // A script that runs on will have its exit code, whatever the disk does now.
                if (++troubles > TROUBLES_MAX && !isAlive()) {
                    return Results.unknown("This machine failed at its work: " + e + ".", true);
                }
                Thread.sleep(AFTER_TROUBLE);
            } catch (RuntimeException e) {
                LOG.error("a fault in the tentacle ticket={}", live.ticket(), e);
                return live.isStarted()
                        ? Results.unknown("A fault in the tentacle: " + e + ".", true)
                        : Results.refused("A fault in the tentacle: " + e + ".");
            }
        }
    }

    private boolean isAlive() {
        try {
            return ScriptRun.isAlive(live);
        } catch (IOException e) {
            LOG.warn("nobody can tell whether a script runs ticket={}", live.ticket(), e);
            return false;
        }
    }

    /**
     * Waits for the lock, and works. However long the turn takes to come, that is not held against
     * the command; but if its time to begin has passed meanwhile, the gateway must be there and
     * want it still.
     */
    private CommandResult turn() throws IOException, InterruptedException {
        boolean told = false;
        while (place.isPresent() && !place.get().isHeld()) {
            Optional<StopAsked> stop = live.stop();
            if (stop.isPresent()) {
                return ScriptOutcome.stopped(stop.get().cause(), Optional.empty());
            }
            if (!told) {
                live.info("Waiting for " + String.join(", ", place.get().holders()) + ".");
                told = true;
            }
            live.awaitRing(LOOK_AGAIN);
        }
        while (!live.isStarted()) {
            Optional<StopAsked> stop = live.stop();
            if (stop.isPresent()) {
                return ScriptOutcome.stopped(stop.get().cause(), Optional.empty());
            }
            if (live.isWanted() || !live.wallTime().isAfter(job.expiresAt())) {
                break;
            }
            live.awaitRing(LOOK_AGAIN);
        }
        return job.work().perform(live);
    }

    /** What has ended has ended, whatever the disk says: tries until it is written down. */
    private void say(CommandResult result) throws InterruptedException {
        while (true) {
            try {
                live.end(result);
                return;
            } catch (IOException e) {
                LOG.warn("a result could not be written down yet ticket={}", live.ticket(), e);
                Thread.sleep(AFTER_TROUBLE);
            }
        }
    }
}
