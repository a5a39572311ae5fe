package stagecoach.simulation.service;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.GatewayTrusted;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.decider.StreamId;
import stagecoach.gateway.command.Change;
import stagecoach.gateway.command.Mail;
import stagecoach.gateway.command.ResultBounds;
import stagecoach.gateway.command.Stage;
import stagecoach.gateway.presence.AgentAction.Enrol;
import stagecoach.gateway.presence.AgentAction.NoteConnected;
import stagecoach.gateway.presence.AgentAction.NoteLost;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.engine.Alarm;
import stagecoach.simulation.engine.Letter;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.engine.Service;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.law.Invariant;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** The agent-gateway: the mailbox, the sessions, and what the world is told of both. */
final class Gateway extends Service {
    private static final long PAYLOAD_AGAIN_MILLIS = 500;
    private static final long OVERDUE_AGAIN_SECONDS = 30;
    private static final long LEASE_MILLIS = 20_000;

    private final StepRunner stepRunner;
    private final TicketStreams tickets;
    private final AgentStreams agents;
    private final Map<Ticket, Slot> mailbox = new LinkedHashMap<>();
    private final Set<AgentId> wakingLater = new HashSet<>();
    private final Map<AgentId, Long> epochs = new TreeMap<>();
    private final Map<AgentId, Link> sessions = new HashMap<>();
    private final Set<AgentId> connected = new HashSet<>();
    private final Map<AgentId, Instant> lostAt = new HashMap<>();
    private Instant upSince;
    private final Alarm due;

    /** A row of the mailbox. */
    private static final class Slot {
        private final AgentCommand command;
        private Mail mail;
        private boolean cancelUnsaid;
        private boolean redeliver;
        private @Nullable Instant lookAgainAt;

        Slot(AgentCommand command, Mail mail) {
            this.command = command;
            this.mail = mail;
        }

        Optional<Instant> dueAt() {
            return lookAgainAt == null ? mail.dueAt() : Optional.of(lookAgainAt);
        }
    }

    Gateway(Play play, StepRunner stepRunner) {
        super("gateway", play);
        this.stepRunner = stepRunner;
        this.tickets = new TicketStreams(play);
        this.agents = new AgentStreams();
        this.upSince = play.time().clock();
        this.due = new Alarm(play.time(), this::earliest, this::endWhatIsDue);
        play.post().listen(Channel.AGENT_COMMANDS, this, this::onCommand);
    }

    /** Trusts a machine. */
    void enrol(AgentId agent, ConfigurationDocument document) {
        handle(agents, streamOf(agent), new Enrol(agent, "00", document));
    }

    private static StreamId streamOf(AgentId agent) {
        return StreamId.of("agent", agent);
    }

    private void onCommand(Letter letter) {
        var command = (AgentCommand) letter.content();
        if (command instanceof CancelCommand cancel) {
            onCancel(cancel);
        } else {
            if (play.has(Defect.REPEATED_COMMANDS_RUN_AGAIN)) {
                mailbox.remove(command.ticket());
            }
            mailbox.computeIfAbsent(
                    command.ticket(),
                    _ -> new Slot(command, Mail.posted(command, play.time().clock())));
        }
        due.set();
        wake(command.agent());
    }

    private void onCancel(CancelCommand cancel) {
        var now = play.time().clock();
        @Nullable Slot slot = mailbox.get(cancel.ticket());
        if (slot == null) {
            var tombstone = Mail.tombstone(cancel, now);
            mailbox.put(cancel.ticket(), new Slot(cancel, tombstone.after()));
            report(tombstone);
            return;
        }
        if (change(slot, slot.mail.cancelled(now, cancel.stopBounds()))) {
            slot.cancelUnsaid = slot.mail.isOpen();
        }
    }

    private boolean change(Slot slot, Optional<Change> change) {
        change.ifPresent(
                made -> {
                    slot.mail = made.after();
                    slot.lookAgainAt = null;
                    report(made);
                });
        due.set();
        return change.isPresent();
    }

    private void report(Change change) {
        change.report()
                .ifPresent(
                        report -> {
                            List<AgentReport> said =
                                    handle(tickets, StreamId.of("ticket", report.ticket()), report);
                            said.forEach(tickets::tell);
                        });
    }

    /** A tentacle connects. */
    boolean accepts(Link link) {
        return isUp() && link.isOpen();
    }

    /** A frame has arrived. */
    void hears(Link link, TentacleFrame frame) {
        if (!isUp()) {
            return;
        }
        switch (frame) {
            case Hello hello -> onHello(link, hello);
            case Started started ->
                    ofAgent(link, started.ticket())
                            .ifPresent(
                                    slot -> change(slot, slot.mail.started(play.time().clock())));
            case Ended ended -> {
                ofAgent(link, ended.ticket())
                        .ifPresent(
                                slot ->
                                        change(
                                                slot,
                                                slot.mail.ended(
                                                        ResultBounds.within(
                                                                ended.result(), ended.secrets()))));
                link.down(new GatewayFrame.Complete(ended.ticket()));
            }
            case Output _ -> {}
            case Progress _ -> {}
            case Health _, GatewayTrusted _ -> {}
        }
    }

    private Optional<Slot> ofAgent(Link link, Ticket ticket) {
        @Nullable Slot slot = mailbox.get(ticket);
        return slot != null && slot.mail.agent().equals(link.machine().agent())
                ? Optional.of(slot)
                : Optional.empty();
    }

    private void onHello(Link link, Hello hello) {
        var agent = hello.agent();
        link.epoch = epochs.merge(agent, 1L, Long::sum);
        @Nullable Link older = sessions.put(agent, link);
        if (older != null && older != link) {
            older.cut();
        }
        connected.add(agent);
        note(
                agent,
                new NoteConnected(
                        stagecoach.gateway.presence.Health.connected(
                                hello.version(), hello.freeDiskBytes(), hello.capabilities())));
        var journal =
                hello.openTickets().stream().map(OpenTicket::ticket).collect(Collectors.toSet());
        var cancels = new ArrayList<Slot>();
        for (Slot slot : List.copyOf(mailbox.values())) {
            if (!slot.mail.agent().equals(agent)) {
                continue;
            }
            boolean inJournal = journal.contains(slot.mail.ticket());
            if (slot.mail.isOpen() && !inJournal) {
                change(slot, slot.mail.missingFromJournal());
            }
            switch (slot.mail.onConnect(inJournal)) {
                case DELIVER -> slot.redeliver = true;
                case CANCEL -> cancels.add(slot);
                case NOTHING -> {}
            }
        }
        link.down(new GatewayFrame.Welcome(1, link.epoch, atWork(agent)));
        cancels.forEach(slot -> sayCancel(link, slot));
        wake(agent);
    }

    private List<Ticket> atWork(AgentId agent) {
        return mailbox.values().stream()
                .map(slot -> slot.mail)
                .filter(mail -> mail.agent().equals(agent) && mail.isOpen())
                .filter(mail -> !(mail.stage() instanceof Stage.Pending))
                .map(Mail::ticket)
                .toList();
    }

    private static void sayCancel(Link link, Slot slot) {
        slot.mail
                .cancellation()
                .ifPresent(
                        c ->
                                link.down(
                                        new GatewayFrame.Cancel(
                                                slot.mail.ticket(),
                                                c.bounds().killAfter(),
                                                c.bounds().abandonAfter())));
    }

    /** A round of the courier: what waits is marked as sent, and then sent. */
    private void wake(AgentId agent) {
        @Nullable Link link = sessions.get(agent);
        if (!isUp() || link == null || !link.isOpen()) {
            return;
        }
        for (Slot slot : List.copyOf(mailbox.values())) {
            if (!slot.mail.agent().equals(agent) || !slot.mail.isOpen()) {
                continue;
            }
            boolean pending = slot.mail.stage() instanceof Stage.Pending;
            boolean again = slot.redeliver && slot.mail.stage() instanceof Stage.Sent;
            if (pending || again) {
                deliver(link, slot);
            } else if (slot.cancelUnsaid) {
                slot.cancelUnsaid = false;
                sayCancel(link, slot);
            }
        }
    }

    /** One round for all that waits there, or the rounds would multiply while it waits. */
    private void wakeLater(AgentId agent) {
        if (wakingLater.add(agent)) {
            play.time()
                    .after(
                            PAYLOAD_AGAIN_MILLIS,
                            () -> {
                                wakingLater.remove(agent);
                                wake(agent);
                            });
        }
    }

    private void deliver(Link link, Slot slot) {
        if (slot.command.context().step().isPresent()) {
            if (!stepRunner.isUp()) {
                wakeLater(slot.mail.agent());
                return;
            }
            if (!stepRunner.hasPayload(slot.mail.ticket())) {
                change(slot, slot.mail.payloadGone());
                return;
            }
        }
        change(slot, slot.mail.sent(play.time().clock()));
        slot.redeliver = false;
        link.down(new GatewayFrame.Deliver(slot.command, Optional.empty(), List.of()));
    }

    /** A connection is noticed to be gone. */
    void lost(Link link) {
        if (isUp()) {
            lost(link.machine().agent(), link.epoch);
        }
    }

    private void lost(AgentId agent, long epoch) {
        if (epochs.getOrDefault(agent, 0L) == epoch && epoch > 0) {
            connected.remove(agent);
            lostAt.put(agent, play.time().clock());
            sessions.remove(agent);
            note(agent, new NoteLost("Its connection closed."));
        }
    }

    private void note(AgentId agent, stagecoach.gateway.presence.AgentAction action) {
        handle(agents, streamOf(agent), action);
    }

    private Optional<Instant> earliest() {
        return mailbox.values().stream()
                .flatMap(slot -> slot.dueAt().stream())
                .min(Comparator.naturalOrder());
    }

    private void endWhatIsDue() {
        if (!isUp()) {
            return;
        }
        var now = play.time().clock();
        for (Slot slot : List.copyOf(mailbox.values())) {
            if (slot.dueAt().filter(at -> !at.isAfter(now)).isPresent()
                    && !change(slot, slot.mail.due(now, awaySince(slot.mail)))) {
                slot.lookAgainAt = now.plusSeconds(OVERDUE_AGAIN_SECONDS);
            }
        }
        due.set();
    }

    /** While the gateway was down, no machine could be there: that does not count as absence. */
    private Optional<Instant> awaySince(Mail mail) {
        if (connected.contains(mail.agent())) {
            return Optional.empty();
        }
        boolean forgets =
                play.has(Defect.GONE_MACHINES_ARE_WAITED_FOR_FOR_EVER)
                        || (play.has(Defect.WORK_OF_GONE_MACHINES_IS_NEVER_GIVEN_UP)
                                && mail.stage() instanceof Stage.Started);
        Instant lost = forgets ? play.time().clock() : lostAt.getOrDefault(mail.agent(), upSince);
        return Optional.of(lost.isBefore(upSince) ? upSince : lost);
    }

    @Override
    protected void crashed() {
        sessions.values().forEach(Link::cut);
        sessions.clear();
    }

    /** Whoever does not come back within its lease is said to be gone. */
    @Override
    protected void restarted() {
        upSince = play.time().clock();
        play.laws().gatewayIsBack(play.time().millis());
        due.set();
        var before = Map.copyOf(epochs);
        for (var agent : List.copyOf(connected).stream().sorted().toList()) {
            long epoch = before.getOrDefault(agent, 0L);
            play.time()
                    .after(
                            LEASE_MILLIS,
                            () -> {
                                if (isUp()) {
                                    lost(agent, epoch);
                                }
                            });
        }
    }

    @Override
    public void clockJumped() {
        super.clockJumped();
        due.set();
    }

    /** No command is open. */
    void allOver() {
        mailbox.values().stream()
                .filter(slot -> slot.mail.isOpen())
                .findFirst()
                .ifPresent(
                        slot -> {
                            throw new Broken(
                                    Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                                    "a command never ends: " + slot.mail);
                        });
    }
}
