package stagecoach.tentacle.removals;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedRelease;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.removals.RemovalLog.Occasion;
import stagecoach.tentacle.removals.RemovalLog.Things;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

class RemovalLogTest {
    @TempDir Path folder;
    TestTickets tickets;
    Occasion occasion;
    RemovalLog log;
    Path removals;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        occasion = new Occasion(live, Removal.Rule.RELEASES, "keepReleases is 0");
        log = RemovalLog.open(tickets.home());
        removals = tickets.home().root().resolve("removals");
    }

    private Things release(String version) {
        return Things.ofReleases(
                List.of(
                        new RemovedRelease(
                                new PackageId("Shop.Web"),
                                PackageVersion.parse(version),
                                folder.resolve(version).toString(),
                                7)));
    }

    private List<Long> untold() {
        return log.untold(4).stream().map(Removal::number).toList();
    }

    /** Guards: the gateway had taken the later number by then, and skipped the earlier one. */
    @Test
    void what_ends_before_an_earlier_one_is_told_behind_it() {
        long first = log.intend(occasion, release("1.0.0"));
        long second = log.intend(occasion, release("2.0.0"));

        log.done(second, occasion, release("2.0.0"));

        assertThat(untold()).isEmpty();
        assertThat(log.untoldUpTo(4)).isZero();
        log.done(first, occasion, release("1.0.0"));
        assertThat(untold()).containsExactly(first, second);
        assertThat(log.untoldUpTo(4)).isEqualTo(second);
    }

    @Test
    void what_ends_before_a_later_one_is_told_at_once() {
        long first = log.intend(occasion, release("1.0.0"));
        long second = log.intend(occasion, release("2.0.0"));
        log.done(first, occasion, release("1.0.0"));
        assertThat(untold()).containsExactly(first);
        assertThat(second).isGreaterThan(first);
    }

    @Test
    void what_was_intended_is_kept_where_what_has_gone_cannot_be_written() throws Exception {
        long number = log.intend(occasion, release("1.0.0"));
        Path inTheWay = removals.resolve(number + ".json");
        Files.createDirectories(inTheWay.resolve("x"));
        log.done(number, occasion, release("1.0.0"));
        assertThat(untold()).containsExactly(number);
        Files.delete(inTheWay.resolve("x"));
        Files.delete(inTheWay);

        assertThat(RemovalLog.open(tickets.home()).untold(4))
                .singleElement()
                .returns(number, Removal::number);

        log.taken(number);
        assertThat(RemovalLog.open(tickets.home()).untold(4)).isEmpty();
    }

    @Test
    void what_was_told_from_memory_is_not_told_again_by_the_next_process() throws Exception {
        long number = log.intend(occasion, release("1.0.0"));
        Path inTheWay = removals.resolve(number + ".json");
        Files.createDirectories(inTheWay.resolve("x"));
        log.done(number, occasion, release("1.0.0"));
        Files.delete(inTheWay.resolve("x"));
        Files.delete(inTheWay);

        log.taken(number);

        assertThat(removals.resolve(number + ".intended")).doesNotExist();
        assertThat(RemovalLog.open(tickets.home()).untold(4)).isEmpty();
    }

    @Test
    void what_a_killed_process_has_half_written_goes() throws Exception {
        Path half = removals.resolve(".7.json.0b1a5a2e-5a0e-4a3c-9e53-5b1f3c6f1a11.part");
        Files.writeString(half, "{");
        assertThat(RemovalLog.open(tickets.home()).untold(4)).isEmpty();
        assertThat(half).doesNotExist();
    }
}
