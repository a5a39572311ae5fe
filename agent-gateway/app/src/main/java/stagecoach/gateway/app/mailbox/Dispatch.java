package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import stagecoach.gateway.app.crowd.Gathering;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.mailbox.MailboxStore.Replacement;
import stagecoach.gateway.app.mailbox.MailboxStore.ToSay;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * The way of commands out of the mailbox, for all sessions of this process: sessions that want the
 * same at the same time share a transaction.
 */
@Singleton
public class Dispatch {
    /** As many of an agent's commands are looked at at once. */
    public static final int WAITING_MAX = 50;

    /** As many sessions share one transaction. */
    private static final int SESSIONS_MAX = 64;

    private final UnitOfWork unitOfWork;
    private final MachineWork work;
    private final MailboxStore store;
    private final Mailbox mailbox;
    private final Recipients recipients;
    private final Clock clock;
    private final Gathering<AgentId, List<StoredMail>> looks =
            new Gathering<>("looks", SESSIONS_MAX, this::look);
    private final Gathering<Load, List<StoredMail>> loads =
            new Gathering<>("dispatch", SESSIONS_MAX, this::dispatch);

    /** That of the sessions which {@code recipients} knows. */
    public Dispatch(
            UnitOfWork unitOfWork,
            MachineWork work,
            MailboxStore store,
            Mailbox mailbox,
            Recipients recipients,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.work = work;
        this.store = store;
        this.mailbox = mailbox;
        this.recipients = recipients;
        this.clock = clock;
    }

    /** What an agent's session has something to say about, oldest first. */
    public List<StoredMail> waiting(AgentId agent) {
        return looks.join(agent);
    }

    private List<List<StoredMail>> look(List<AgentId> agents) {
        var waiting =
                unitOfWork.run(tx -> store.waiting(tx, Set.copyOf(agents), WAITING_MAX)).stream()
                        .collect(Collectors.groupingBy(stored -> stored.mail().agent()));
        return agents.stream().map(agent -> waiting.getOrDefault(agent, List.of())).toList();
    }

    /**
     * Commands are about to be sent in a session, if that is the agent's newest.
     *
     * @return those that may be: nothing has happened to them since they were read
     */
    public List<StoredMail> sending(AgentId agent, Epoch epoch, List<StoredMail> mails) {
        return mails.isEmpty() ? List.of() : loads.join(new Load(agent, epoch, mails));
    }

    /** What is about to be sent in one session. */
    private record Load(AgentId agent, Epoch epoch, List<StoredMail> mails) {}

    private List<List<StoredMail>> dispatch(List<Load> all) {
        return unitOfWork.run(
                tx -> {
                    var epochs = new LinkedHashMap<AgentId, Epoch>();
                    all.forEach(
                            load -> epochs.merge(load.agent(), load.epoch(), Dispatch::younger));
                    Set<AgentId> newest = recipients.newest(tx, epochs);
                    Predicate<Load> current =
                            load ->
                                    newest.contains(load.agent())
                                            && load.epoch().equals(epochs.get(load.agent()));
                    var mine = new HashSet<Ticket>();
                    var replacements = new ArrayList<Replacement>();
                    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
                    for (Load load : all.stream().filter(current).toList()) {
                        for (StoredMail stored : load.mails()) {
                            Optional<Replacement> sending = sending(stored, load.epoch(), now);
                            sending.ifPresent(replacements::add);
                            if (sending.isEmpty() && store.said(tx, stored, load.epoch().value())) {
                                mine.add(stored.ticket());
                            }
                        }
                    }
                    mine.addAll(store.replace(tx, replacements, now));
                    return all.stream()
                            .map(load -> current.test(load) ? among(mine, load.mails()) : none())
                            .toList();
                });
    }

    /** Empty for what is sent again. */
    private static Optional<Replacement> sending(StoredMail stored, Epoch epoch, Instant now) {
        return stored.mail()
                .sent(now)
                .map(
                        sent ->
                                new Replacement(
                                        stored,
                                        sent.after(),
                                        ToSay.NOTHING,
                                        OptionalLong.of(epoch.value())));
    }

    private static List<StoredMail> among(Set<Ticket> tickets, List<StoredMail> mails) {
        return mails.stream().filter(stored -> tickets.contains(stored.ticket())).toList();
    }

    private static List<StoredMail> none() {
        return List.of();
    }

    private static Epoch younger(Epoch one, Epoch other) {
        return one.isBehind(other) ? other : one;
    }

    /**
     * Commands can never be sent, by what a session's tentacle says of itself: each ends with its
     * reason, if the session is the agent's newest. A newer one may be that of an updated tentacle.
     *
     * @return whether it is the newest, as far as one can see now
     */
    public boolean refusing(AgentId agent, Epoch epoch, Map<Ticket, String> reasons) {
        return work.run(
                tx -> {
                    if (recipients.newest(tx, Map.of(agent, epoch)).isEmpty()) {
                        return false;
                    }
                    reasons.forEach((ticket, why) -> mailbox.refuse(tx, ticket, why));
                    return true;
                });
    }

    /** A cancel is about to be said in a session; the same conditions. */
    public boolean saying(AgentId agent, Epoch epoch, StoredMail read) {
        return work.run(
                tx ->
                        !recipients.newest(tx, Map.of(agent, epoch)).isEmpty()
                                && store.said(tx, read, epoch.value()));
    }
}
