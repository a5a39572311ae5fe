package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.tentacle.home.Boot;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Vault;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.identity.Ticket;

/**
 * All tickets of this machine: those with a folder, and the tombstones of those that must never be
 * started, because they were cancelled before they came or were completed before.
 */
public final class TicketJournal {
    private static final Logger LOG = LoggerFactory.getLogger(TicketJournal.class);
    private static final Duration TOMBSTONES_KEPT = Duration.ofDays(7);
    private static final Duration SWEEP_EVERY = Duration.ofDays(1);

    private final Path work;
    private final Path tombstones;
    private final Vault vault;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Runnable news;
    private final Trash trash;
    private final AtomicLong order = new AtomicLong();
    private Instant nextSweep;

    /**
     * @param clock the machine's, which may be put forward and back
     * @param news called whenever there is something new to say to the gateway
     */
    public TicketJournal(Home home, InstantSource clock, Runnable news) throws IOException {
        this(home, clock, System::nanoTime, news, Trash.onDisk());
    }

    TicketJournal(Home home, InstantSource clock, LongSupplier nanoTime, Runnable news, Trash trash)
            throws IOException {
        this.work = home.work();
        this.tombstones = home.work().resolve("tombstones");
        this.vault = home.vault();
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.news = news;
        this.trash = trash;
        this.nextSweep = clock.instant();
        PrivateFiles.createFolder(tombstones);
    }

    /** Why a ticket must not be started. */
    public enum Tombstone {
        /** It was cancelled before it came. */
        CANCELLED,
        /** Its result was said to be safe. */
        COMPLETED
    }

    /**
     * What a start finds.
     *
     * @param open in the order of their arrival
     * @param damaged whose work cannot be known any more
     */
    public record Found(List<LiveTicket> open, List<Ticket> damaged) {
        /** Copies the lists. */
        public Found {
            open = List.copyOf(open);
            damaged = List.copyOf(damaged);
        }
    }

    /** Takes up all tickets of the work folder and clears away what crashes left half done. */
    public Found takeUp() throws IOException {
        List<LiveTicket> open = new ArrayList<>();
        List<Ticket> damaged = new ArrayList<>();
        for (Path path : list(work)) {
            String name = String.valueOf(path.getFileName());
            if (path.equals(tombstones)) {
                continue;
            }
            if (name.startsWith(".")) {
                trash.clear(path);
                continue;
            }
            Optional<Ticket> ticket = parse(name);
            if (ticket.isEmpty()) {
                continue;
            }
            try {
                open.add(opened(TicketFolder.open(path, ticket.get(), vault, trash)));
            } catch (IOException e) {
                // Also what another user has left there: one ticket must not keep all from
                // starting.
                LOG.warn("a ticket cannot be taken up ticket={}", ticket.get(), e);
                damaged.add(ticket.get());
            }
        }
        open.sort(Comparator.comparingLong(LiveTicket::order));
        open.forEach(live -> order.accumulateAndGet(live.order(), Math::max));
        forgetOldTombstones();
        return new Found(open, damaged);
    }

    /** Accepts a command that is new; on disk when this returns. */
    public LiveTicket accept(Deliver delivered) throws IOException {
        TicketFolder folder =
                TicketFolder.create(
                        work,
                        vault,
                        trash,
                        new TicketFolder.Accepted(
                                clock.instant(), order.incrementAndGet(), delivered));
        return opened(folder);
    }

    /**
     * Makes sure that nothing of a command is kept that could not be accepted: it must not begin
     * after a restart, when it was told as refused.
     *
     * @throws IOException if some of it stays
     */
    public void dropUnaccepted(Ticket ticket) throws IOException {
        trash.throwAway(work.resolve(ticket.toString()));
    }

    /**
     * Its spans (the time-out of its script, the respite before a KILL) are those that really pass,
     * whatever the machine's clock does: also from one process to the next, by the counter that all
     * processes share until the machine is switched off. Only what passes meanwhile, or before a
     * script has been started, is told by that clock, and never counts below zero.
     */
    private LiveTicket opened(TicketFolder folder) throws IOException {
        Instant last =
                folder.entries().isEmpty()
                        ? folder.accepted().at()
                        : folder.entries().getLast().at();
        Instant now = sinceLastStart(folder).orElseGet(clock::instant);
        return LiveTicket.open(
                folder, new SteadyClock(last.isAfter(now) ? last : now, nanoTime), clock, news);
    }

    /** The ticket's time, if the machine has been running since its last script was started. */
    private Optional<Instant> sinceLastStart(TicketFolder folder) {
        String boot = Boot.id();
        return folder.entries().reversed().stream()
                .filter(JournalEntry.Starting.class::isInstance)
                .map(JournalEntry.Starting.class::cast)
                .findFirst()
                .filter(starting -> !boot.isEmpty() && starting.boot().equals(boot))
                .flatMap(
                        starting ->
                                starting.ticks()
                                        .map(ticks -> nanoTime.getAsLong() - ticks)
                                        .map(starting.at()::plusNanos));
    }

    /** Forgets a ticket whose result is safe; it is never started again. */
    public void complete(LiveTicket live) throws IOException {
        bury(live.ticket(), Tombstone.COMPLETED);
        live.forget();
    }

    /** Forgets a ticket whose folder is damaged. */
    public void completeDamaged(Ticket ticket) throws IOException {
        bury(ticket, Tombstone.COMPLETED);
        trash.discard(work.resolve(ticket.toString()));
    }

    /** Remembers never to start the ticket; on disk when this returns. */
    public void bury(Ticket ticket, Tombstone why) throws IOException {
        Path stone = tombstones.resolve(ticket.toString());
        forgetOldTombstones();
        if (!Files.exists(stone)) {
            PrivateFiles.write(stone, why.name().getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Whether the ticket must never be started, and why. */
    public Optional<Tombstone> tombstone(Ticket ticket) throws IOException {
        Path stone = tombstones.resolve(ticket.toString());
        if (!Files.exists(stone)) {
            return Optional.empty();
        }
        String text = Files.readString(stone, StandardCharsets.US_ASCII);
        return Optional.of(
                text.equals(Tombstone.CANCELLED.name())
                        ? Tombstone.CANCELLED
                        : Tombstone.COMPLETED);
    }

    /** Removes, once a day, tombstones older than any command's time to start. */
    private void forgetOldTombstones() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(nextSweep)) {
            return;
        }
        nextSweep = now.plus(SWEEP_EVERY);
        trash.empty(work);
        FileTime oldest = FileTime.from(now.minus(TOMBSTONES_KEPT));
        for (Path stone : list(tombstones)) {
            if (Files.getLastModifiedTime(stone).compareTo(oldest) < 0) {
                Files.deleteIfExists(stone);
            }
        }
    }

    private static Optional<Ticket> parse(String name) {
        try {
            Ticket ticket = Ticket.parse(name);
            return ticket.toString().equals(name) ? Optional.of(ticket) : Optional.empty();
        } catch (IllegalArgumentException noTicket) {
            return Optional.empty();
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.sorted().toList();
        }
    }
}
