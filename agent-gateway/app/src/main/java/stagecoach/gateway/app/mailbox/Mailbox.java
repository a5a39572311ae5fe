package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.mailbox.MailboxStore.ToSay;
import stagecoach.gateway.command.Change;
import stagecoach.gateway.command.Mail;
import stagecoach.gateway.command.Mail.Resumption;
import stagecoach.gateway.command.ResultBounds;
import stagecoach.gateway.command.Stage.Ended;
import stagecoach.gateway.command.Stage.Pending;
import stagecoach.gateway.command.Stage.Sent;
import stagecoach.gateway.command.Stage.Started;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.pods.OtherPods;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The commands that wait for, are at, and have come back from tentacles. Every change of a command
 * and what is reported of it are one transaction; what is said twice changes nothing. Sending is
 * left to the sessions.
 */
@Singleton
public class Mailbox {
    /** What the processes of the gateway tell each other about: something waits for an agent. */
    public static final String MAIL = "mail";

    private static final Logger LOG = Logger.getLogger(Mailbox.class);

    private final UnitOfWork unitOfWork;
    private final MachineWork work;
    private final MailChanges changes;
    private final MailboxStore store;
    private final Recipients recipients;
    private final OtherPods others;
    private final SensitiveOutputs sensitiveOutputs;
    private final Clock clock;

    /** While no gateway was up, no machine could be connected: that does not count as absence. */
    private final Instant upSince;

    Mailbox(
            UnitOfWork unitOfWork,
            MachineWork work,
            MailChanges changes,
            MailboxStore store,
            Recipients recipients,
            OtherPods others,
            SensitiveOutputs sensitiveOutputs,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.work = work;
        this.changes = changes;
        this.store = store;
        this.recipients = recipients;
        this.others = others;
        this.sensitiveOutputs = sensitiveOutputs;
        this.clock = clock;
        this.upSince = now();
    }

    /** Takes in what services ask for; a ticket that is known already changes nothing. */
    void take(Tx tx, List<AgentCommand> arrived) {
        Instant now = now();
        Set<AgentId> wanted = new LinkedHashSet<>();
        var posted = new ArrayList<StoredMail>();
        for (AgentCommand command : arrived) {
            wanted.add(command.agent());
            if (!(command instanceof CancelCommand)) {
                posted.add(new StoredMail(1, command, Mail.posted(command, now)));
            }
        }
        store.insertNew(tx, posted);
        refuseForNobody(tx, posted);
        for (AgentCommand command : arrived) {
            if (command instanceof CancelCommand cancel) {
                cancel(tx, cancel, now);
            }
        }
        unitOfWork.afterCommit(tx, () -> wake(wanted));
    }

    private void wake(Set<AgentId> wanted) {
        boolean allHere = true;
        for (AgentId agent : wanted) {
            allHere &= recipients.wake(agent);
        }
        if (!allHere) {
            others.tell(MAIL);
        }
    }

    /** Nobody will come for these, so whoever asked need not wait until they expire. */
    private void refuseForNobody(Tx tx, List<StoredMail> posted) {
        Set<AgentId> agents =
                posted.stream().map(stored -> stored.mail().agent()).collect(Collectors.toSet());
        Set<AgentId> nobody = agents.isEmpty() ? Set.of() : store.untrusted(tx, agents);
        for (StoredMail stored : posted) {
            if (nobody.contains(stored.mail().agent())) {
                changes.change(
                        tx,
                        stored.ticket(),
                        mail ->
                                mail.unreachableForGood(
                                        "No machine is enrolled as %s.".formatted(mail.agent())));
            }
        }
    }

    private void cancel(Tx tx, CancelCommand cancel, Instant now) {
        Optional<StoredMail> known = store.find(tx, cancel.ticket());
        if (known.isEmpty()) {
            Change tombstone = Mail.tombstone(cancel, now);
            if (store.insertEnded(tx, cancel, tombstone.after(), now)) {
                changes.report(tx, tombstone, now);
                return;
            }
        }
        changes.change(
                tx,
                cancel.ticket(),
                ToSay.SOMETHING,
                mail -> mail.cancelled(now, cancel.stopBounds()));
    }

    /**
     * The tentacle has begun.
     *
     * @param foreign run if the command is not for that agent, and then nothing changes
     */
    public void started(AgentId agent, Ticket ticket, Runnable foreign) {
        Instant now = now();
        changes.byNews(ticket, of(agent, foreign, mail -> mail.started(now)));
    }

    /**
     * The tentacle says how it ended. When this returns the result is safe.
     *
     * @param secrets the values of the sensitive outputs that the result names
     * @param foreign run if the command is not for that agent, and then nothing changes
     */
    public void ended(
            AgentId agent,
            Ticket ticket,
            CommandResult result,
            Map<String, String> secrets,
            Runnable foreign) {
        CommandResult bounded = ResultBounds.within(result, secrets);
        if (!bounded.sensitiveOutputs().isEmpty() && isOpen(agent, ticket)) {
            // First the values, then the event: a crash between them makes the tentacle say both
            // again.
            sensitiveOutputs.keep(ticket, secrets);
        }
        changes.byNews(ticket, of(agent, foreign, mail -> mail.ended(bounded)));
    }

    private boolean isOpen(AgentId agent, Ticket ticket) {
        return find(Set.of(ticket)).stream()
                .map(StoredMail::mail)
                .anyMatch(mail -> mail.agent().equals(agent) && mail.isOpen());
    }

    /** Nothing can be heard of an agent's commands any more. */
    public void unreachableForGood(Tx tx, AgentId agent, String why, Cause cause) {
        for (StoredMail stored : store.open(tx, agent)) {
            changes.change(tx, stored.ticket(), mail -> mail.unreachableForGood(why));
        }
        LOG.infof("commands ended with trust agent=%s actor=%s", agent, cause.actor());
    }

    /** Another machine is the agent from now on; called behind the lock of its session. */
    public void machineReplaced(Tx tx, AgentId agent) {
        Instant now = now();
        for (StoredMail stored : store.open(tx, agent)) {
            changes.change(tx, stored.ticket(), mail -> mail.machineReplaced(now));
        }
    }

    /**
     * What a new session begins with; called in the transaction that opened it, behind its lock.
     *
     * @param journal what the tentacle has
     */
    public Resumed resume(Tx tx, AgentId agent, Set<Ticket> journal) {
        List<StoredMail> open = new ArrayList<>(store.open(tx, agent));
        for (StoredMail stored : open) {
            if (!journal.contains(stored.ticket())) {
                changes.change(tx, stored.ticket(), Mail::missingFromJournal);
            }
        }
        var resumed = new Resumed(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Set<Ticket> seen = new LinkedHashSet<>(journal);
        open.forEach(stored -> seen.add(stored.ticket()));
        for (StoredMail stored : store.find(tx, seen)) {
            Mail mail = stored.mail();
            if (!mail.agent().equals(agent)) {
                continue;
            }
            Resumption resumption = mail.onConnect(journal.contains(mail.ticket()));
            switch (resumption) {
                case DELIVER -> resumed.redeliver().add(mail.ticket());
                case CANCEL -> resumed.cancel().add(stored);
                case NOTHING -> {}
            }
            boolean atWork = mail.isOpen() && !(mail.stage() instanceof Pending);
            if (atWork) {
                resumed.atWork().add(stored);
            }
        }
        return resumed;
    }

    /**
     * What a new session begins with.
     *
     * @param atWork what is believed to be at the tentacle
     * @param redeliver what it was sent and does not have
     * @param cancel what it shall end
     */
    public record Resumed(
            List<StoredMail> atWork, List<Ticket> redeliver, List<StoredMail> cancel) {}

    /** These commands as they are now. */
    public List<StoredMail> find(Set<Ticket> tickets) {
        return tickets.isEmpty() ? List.of() : work.run(tx -> store.find(tx, tickets));
    }

    /** The payload of a command is gone: it is not sent any more. */
    public void payloadGone(Ticket ticket) {
        work.run(tx -> changes.change(tx, ticket, Mail::payloadGone));
    }

    /** A command can never be sent. */
    void refuse(Tx tx, Ticket ticket, String why) {
        changes.change(tx, ticket, mail -> mail.unreachableForGood(why));
    }

    /** Whether an agent may read these bytes now. */
    public boolean mayRead(AgentId agent, Sha512 sha512) {
        return work.run(tx -> store.mayRead(tx, agent, sha512));
    }

    /**
     * Whether an agent may, or lately might, read these bytes: a command may have ended by time
     * while its machine was cut off and goes on.
     */
    public boolean mightRead(AgentId agent, Sha512 sha512) {
        return work.run(tx -> store.mightRead(tx, agent, sha512));
    }

    /** Whether files of a command's scripts are taken from an agent. */
    public sealed interface Collecting {
        /** They are, for this deployment. */
        record Now(DeploymentId deployment) implements Collecting {}

        /** The command was its own, and has ended. */
        record Over() implements Collecting {}

        /** It never was. */
        record Foreign() implements Collecting {}
    }

    /** Whether an agent has a command at work under this ticket that may collect files. */
    public Collecting collecting(AgentId agent, Ticket ticket) {
        return find(Set.of(ticket)).stream()
                .filter(stored -> stored.mail().agent().equals(agent))
                .filter(stored -> runsScripts(stored.command()))
                .findFirst()
                .map(stored -> collecting(stored.mail()))
                .orElseGet(Collecting.Foreign::new);
    }

    private static boolean runsScripts(AgentCommand command) {
        return switch (command) {
            case RunScript _, InstallPackage _ -> true;
            case AcquirePackage _, CheckHttp _, CancelCommand _ -> false;
        };
    }

    /** What was given up while its machine was away goes on there, and tells its end late. */
    private static Collecting collecting(Mail mail) {
        return switch (mail.stage()) {
            case Pending _, Sent _, Started _ -> new Collecting.Now(mail.context().deployment());
            case Ended(var _, boolean truthOpen) ->
                    truthOpen
                            ? new Collecting.Now(mail.context().deployment())
                            : new Collecting.Over();
        };
    }

    /**
     * Ends what time alone ends: what has expired, is abandoned, or is lost with its machine.
     *
     * @return how many commands were looked at
     */
    int endWhatIsDue(int limit, Duration lookAgainAfter) {
        List<Ticket> due =
                unitOfWork.run(
                        tx -> {
                            Instant now = now();
                            store.passOverConnected(tx, now, now.plus(lookAgainAfter));
                            return store.due(tx, now, limit);
                        });
        for (Ticket ticket : due) {
            unitOfWork.run(
                    tx -> {
                        Instant now = now();
                        // It may have come back since it was found to be due.
                        Optional<Instant> awaySince = store.awaySince(tx, ticket, upSince);
                        boolean changed =
                                changes.change(tx, ticket, mail -> mail.due(now, awaySince));
                        if (!changed) {
                            store.lookAgain(tx, ticket, awaySince, now, lookAgainAfter);
                        }
                        return changed;
                    });
        }
        return due.size();
    }

    /** Forgets commands that ended before {@code before}; their streams remain. */
    int forgetEnded(Instant before) {
        return unitOfWork.run(tx -> store.forgetEnded(tx, before));
    }

    private static Function<Mail, Optional<Change>> of(
            AgentId agent, Runnable foreign, Function<Mail, Optional<Change>> decision) {
        return mail -> {
            if (!mail.agent().equals(agent)) {
                LOG.warnf(
                        "an agent reports on a ticket of another agent=%s ticket=%s owner=%s",
                        agent, mail.ticket(), mail.agent());
                foreign.run();
                return Optional.empty();
            }
            return decision.apply(mail);
        };
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
