package stagecoach.gateway.app.session;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.StoredMail;
import stagecoach.gateway.app.output.OutputLane;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What a tentacle reports of its tickets in one session: to the mailbox that they began and ended,
 * to the logs what they wrote.
 */
final class Reporting {
    private static final Logger LOG = Logger.getLogger(Reporting.class);

    /** Twice what a chunk of output has by the protocol; a larger one fits into no log. */
    private static final int OUTPUT_CHARS_MAX = 64 * 1024;

    private final Session session;
    private final AgentId agent;
    private final Mailbox mailbox;
    private final OutputLane output;

    /** What output belongs to, as long as the ticket is at work here. */
    private final Map<Ticket, AgentCommand> atWork = new ConcurrentHashMap<>();

    Reporting(Session session, Mailbox mailbox, OutputLane output) {
        this.session = session;
        this.agent = session.agent();
        this.mailbox = mailbox;
        this.output = output;
    }

    /** A command is at the tentacle, or about to be sent to it, in this session. */
    void atWork(StoredMail stored) {
        atWork.put(stored.ticket(), stored.command());
    }

    void on(Started started) {
        session.persistently(
                () -> mailbox.started(agent, started.ticket(), () -> foreign(started.ticket())));
    }

    void on(Output chunk, int size) {
        if (size > OUTPUT_CHARS_MAX) {
            session.refuseFrame("A chunk of output has at most 32 KiB.");
            return;
        }
        Optional<AgentCommand> of = commandOf(chunk.ticket());
        if (!session.isOpen()) {
            return;
        }
        if (of.isEmpty()) {
            LOG.warnf("output of no open ticket agent=%s ticket=%s", agent, chunk.ticket());
            session.send(new OutputTaken(chunk.ticket(), chunk.chunk()));
            return;
        }
        offer(
                new LogEntry.Output(
                        chunk.ticket(), agent, of.get().context(), chunk.chunk(), chunk.lines()),
                size);
    }

    void on(Progress progress, int size) {
        commandOf(progress.ticket())
                .filter(AcquirePackage.class::isInstance)
                .map(AcquirePackage.class::cast)
                .ifPresent(
                        acquire ->
                                offer(
                                        new LogEntry.TransferProgress(
                                                acquire.context().deployment(),
                                                acquire.pin(),
                                                acquire.context().target(),
                                                Optional.empty(),
                                                progress.bytes()),
                                        size));
    }

    /** Behind the output before it, which must be safe before the tentacle may forget it. */
    void on(Ended ended, int size) {
        output.afterwards(() -> end(ended), size);
    }

    private void end(Ended ended) {
        session.persistently(
                () -> {
                    mailbox.ended(
                            agent,
                            ended.ticket(),
                            ended.result(),
                            ended.secrets(),
                            () -> foreign(ended.ticket()));
                    atWork.remove(ended.ticket());
                    session.send(new Complete(ended.ticket()));
                });
    }

    private void offer(LogEntry entry, int size) {
        output.offer(entry, size);
        session.socket().roomChanged();
    }

    private void foreign(Ticket ticket) {
        session.refuse(
                Refusal.OTHER_COMMAND, "It reported on %s, which is not for it.".formatted(ticket));
    }

    private boolean isOwn(StoredMail stored) {
        if (!stored.mail().agent().equals(agent)) {
            session.refuse(
                    Refusal.OTHER_COMMAND,
                    "It wrote output of %s, which is for %s."
                            .formatted(stored.ticket(), stored.mail().agent()));
            return false;
        }
        return true;
    }

    private Optional<AgentCommand> commandOf(Ticket ticket) {
        AgentCommand known = atWork.get(ticket);
        if (known != null) {
            return Optional.of(known);
        }
        var found = new AgentCommand[1];
        session.persistently(
                () ->
                        mailbox.find(Set.of(ticket)).stream()
                                .filter(this::isOwn)
                                .filter(stored -> stored.mail().mayStillBeHeardOf())
                                .forEach(
                                        stored -> {
                                            atWork(stored);
                                            found[0] = stored.command();
                                        }));
        return Optional.ofNullable(found[0]);
    }
}
