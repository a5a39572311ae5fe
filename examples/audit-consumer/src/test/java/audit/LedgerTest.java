package audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final String TOPIC = "stagecoach.deployments-0";

    /** All of the events, twice, as after a crash of the relay. */
    private static List<Event> log() {
        var log = new ArrayList<>(Stories.succeeded("7f3k9qzm"));
        log.addAll(Stories.retried("8x2m4tnw"));
        log.addAll(Stories.succeeded("7f3k9qzm"));
        return log;
    }

    /** Reads on from where the ledger says, up to an offset. */
    private static void read(Ledger ledger, int upTo, boolean settled) throws IOException {
        int from = ledger.state().offsets.getOrDefault(TOPIC, 0L).intValue();
        for (int at = from; at < upTo; at++) {
            ledger.take(log().get(at));
            ledger.state().offsets.put(TOPIC, at + 1L);
            if (settled) {
                ledger.settle();
            }
        }
    }

    private static List<String> csv(Path folder) throws IOException {
        return Files.readAllLines(folder.resolve("deployments.csv"));
    }

    @Test
    void whenever_the_reader_dies_each_row_is_there_once(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        try (Ledger ledger = Ledger.open(whole)) {
            read(ledger, log().size(), true);
        }
        assertThat(csv(whole)).hasSize(4);
        for (int settled = 0; settled <= log().size(); settled++) {
            for (int died = settled; died <= log().size(); died++) {
                Path killed = folder.resolve(settled + "-" + died);
                try (Ledger ledger = Ledger.open(killed)) {
                    read(ledger, settled, true);
                    // Rows are in the CSV now of which the state knows nothing.
                    read(ledger, died, false);
                }
                try (Ledger ledger = Ledger.open(killed)) {
                    read(ledger, log().size(), true);
                }
                assertThat(csv(killed)).as("killed at %s", killed).isEqualTo(csv(whole));
            }
        }
    }

    @Test
    void two_do_not_write_into_one_folder(@TempDir Path folder) throws IOException {
        try (Ledger ledger = Ledger.open(folder)) {
            read(ledger, 5, true);
            assertThatThrownBy(() -> Ledger.open(folder))
                    .isInstanceOf(OverlappingFileLockException.class);
        }
        assertThat(csv(folder)).hasSize(2);
    }

    @Test
    void a_csv_that_somebody_cut_is_not_continued(@TempDir Path folder) throws IOException {
        try (Ledger ledger = Ledger.open(folder)) {
            read(ledger, 5, true);
        }
        Files.writeString(
                folder.resolve("deployments.csv"), "", StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(() -> Ledger.open(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("shorter");
    }
}
