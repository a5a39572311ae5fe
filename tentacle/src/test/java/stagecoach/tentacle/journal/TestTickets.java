package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.tentacle.home.Home;

/** Tickets on a real disk, without a session; reopening plays a restart of the tentacle. */
public final class TestTickets {
    private final Home home;
    private final TicketJournal journal;

    public TestTickets(Path folder) throws IOException {
        this(folder, InstantSource.system());
    }

    public TestTickets(Path folder, InstantSource clock) throws IOException {
        this.home = Home.open(folder);
        this.journal = new TicketJournal(home, clock, () -> {});
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
        return new TestTickets(home.root())
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
