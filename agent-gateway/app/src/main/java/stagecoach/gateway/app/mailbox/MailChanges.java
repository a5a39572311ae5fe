package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.gateway.app.crowd.Gathering;
import stagecoach.gateway.app.mailbox.MailboxStore.Replacement;
import stagecoach.gateway.app.mailbox.MailboxStore.ToSay;
import stagecoach.gateway.command.Change;
import stagecoach.gateway.command.Mail;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.Ticket;

/**
 * How a command changes, alone or with many at once: it is decided by what was read, written unless
 * another was faster, and reported in the same transaction.
 */
@Singleton
class MailChanges {
    /** As many pieces of news share one transaction. */
    private static final int NEWS_MAX = 64;

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final TicketKind kind;
    private final MailboxStore store;
    private final Clock clock;
    private final Gathering<News, Boolean> news = new Gathering<>("news", NEWS_MAX, this::hear);

    MailChanges(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            TicketKind kind,
            MailboxStore store,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.kind = kind;
        this.store = store;
        this.clock = clock;
    }

    /** Changes a ticket by what its tentacle says; when this returns, that is safe. */
    void byNews(Ticket ticket, Function<Mail, Optional<Change>> decision) {
        news.join(new News(ticket, decision));
    }

    /** What a tentacle says of a ticket. */
    private record News(Ticket ticket, Function<Mail, Optional<Change>> decision) {}

    /** What became of a ticket by all the news about it. */
    private record Heard(StoredMail read, Mail after, List<Change> changes) {}

    private List<Boolean> hear(List<News> all) {
        return unitOfWork.run(
                tx -> {
                    Instant now = now();
                    var heard = new LinkedHashMap<Ticket, Heard>();
                    var tickets = all.stream().map(News::ticket).collect(Collectors.toSet());
                    store.find(tx, tickets)
                            .forEach(
                                    read ->
                                            heard.put(
                                                    read.ticket(),
                                                    new Heard(
                                                            read, read.mail(), new ArrayList<>())));
                    all.forEach(each -> heard.computeIfPresent(each.ticket(), heardOf(each)));
                    var changed = heard.values().stream().filter(h -> !h.changes().isEmpty());
                    Set<Ticket> replaced =
                            store.replace(
                                    tx,
                                    changed.map(
                                                    h ->
                                                            new Replacement(
                                                                    h.read(),
                                                                    h.after(),
                                                                    ToSay.AS_BEFORE,
                                                                    OptionalLong.empty()))
                                            .toList(),
                                    now);
                    commands.prepare(
                            tx, kind, replaced.stream().map(TicketKind::streamOf).toList());
                    for (Heard each : heard.values()) {
                        if (replaced.contains(each.read().ticket())) {
                            each.changes().forEach(change -> report(tx, change, now));
                        }
                    }
                    return all.stream()
                            .map(each -> settled(tx, each, heard.get(each.ticket()), replaced))
                            .toList();
                });
    }

    private static BiFunction<Ticket, Heard, Heard> heardOf(News news) {
        return (ticket, so) ->
                news.decision()
                        .apply(so.after())
                        .map(
                                change -> {
                                    so.changes().add(change);
                                    return new Heard(so.read(), change.after(), so.changes());
                                })
                        .orElse(so);
    }

    /** If another was faster, it is decided again. */
    private boolean settled(Tx tx, News news, @Nullable Heard heard, Set<Ticket> replaced) {
        boolean overtaken =
                heard != null
                        && !heard.changes().isEmpty()
                        && !replaced.contains(heard.read().ticket());
        return overtaken ? change(tx, news.ticket(), news.decision()) : heard != null;
    }

    /** Changes one command; whether there was something to change. */
    boolean change(Tx tx, Ticket ticket, Function<Mail, Optional<Change>> decision) {
        return change(tx, ticket, ToSay.AS_BEFORE, decision);
    }

    /** The same: decides, writes, and decides again if another was faster. */
    boolean change(Tx tx, Ticket ticket, ToSay toSay, Function<Mail, Optional<Change>> decision) {
        while (true) {
            Optional<StoredMail> read = store.find(tx, ticket);
            if (read.isEmpty()) {
                return false;
            }
            Optional<Change> change = decision.apply(read.get().mail());
            if (change.isEmpty()) {
                return false;
            }
            Instant now = now();
            var replacement =
                    new Replacement(read.get(), change.get().after(), toSay, OptionalLong.empty());
            if (!store.replace(tx, List.of(replacement), now).isEmpty()) {
                report(tx, change.get(), now);
                return true;
            }
        }
    }

    /** Reports a change that was written. */
    void report(Tx tx, Change change, Instant now) {
        change.report()
                .ifPresent(
                        report ->
                                commands.handle(
                                        tx,
                                        kind,
                                        TicketKind.streamOf(report.ticket()),
                                        List.of(report),
                                        new Cause(now, Cause.SYSTEM, Optional.empty())));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
