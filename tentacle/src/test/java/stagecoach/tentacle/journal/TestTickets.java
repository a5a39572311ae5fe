package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.trash.Trash;

/** Tickets on a real disk, without a session; reopening plays a restart of the tentacle. */
public final class TestTickets {
    private final Home home;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Trash trash;
    private final TicketJournal journal;

    public TestTickets(Path folder) throws IOException {
        this(folder, InstantSource.system());
    }

    /** With a clock that may jump. */
    public TestTickets(Path folder, InstantSource clock) throws IOException {
        this(folder, clock, System::nanoTime, Trash.onDisk());
    }

    private TestTickets(Path folder, InstantSource clock, LongSupplier nanoTime, Trash trash)
            throws IOException {
        this.home = Home.open(folder);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.trash = trash;
        this.journal = new TicketJournal(home, clock, nanoTime, () -> {}, trash);
    }

    /** Where time passes only when a test says so. */
    public static TestTickets whereTimePasses(Path folder, InstantSource time) throws IOException {
        Instant begin = time.instant();
        return new TestTickets(
                folder,
                time,
                () -> Duration.between(begin, time.instant()).toNanos(),
                Trash.onDisk());
    }

    /** Where not all that is thrown away lets itself be removed. */
    public static TestTickets with(Path folder, Trash trash) throws IOException {
        return new TestTickets(folder, InstantSource.system(), System::nanoTime, trash);
    }

    public Home home() {
        return home;
    }

    public TicketJournal journal() {
        return journal;
    }

    public LiveTicket accept(Deliver delivered) throws IOException {
        return journal.accept(delivered);
    }

    /** The ticket as the next tentacle process finds it. */
    public LiveTicket afterRestart(LiveTicket live) throws IOException {
        return new TestTickets(home.root(), clock, nanoTime, trash)
                .journal.takeUp().open().stream()
                        .filter(found -> found.ticket().equals(live.ticket()))
                        .findFirst()
                        .orElseThrow();
    }

    /** All chunks that are not taken yet. */
    public static List<OutputLog.Chunk> chunks(LiveTicket live) throws IOException {
        List<OutputLog.Chunk> chunks = new ArrayList<>();
        for (long n = live.output().taken() + 1; n <= live.output().written(); n++) {
            chunks.add(live.output().chunk(n).orElseThrow());
        }
        return chunks;
    }

    /** The lines of one kind. */
    public static List<String> lines(LiveTicket live, OutputKind kind) throws IOException {
        return chunks(live).stream()
                .flatMap(chunk -> chunk.lines().stream())
                .filter(line -> line.stream() == kind)
                .map(OutputLine::text)
                .toList();
    }
}
