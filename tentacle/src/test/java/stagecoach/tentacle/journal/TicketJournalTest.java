package stagecoach.tentacle.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.trash.Trash;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Action.Syntax;

class TicketJournalTest {
    @TempDir Path folder;
    TestTickets tickets;

    @BeforeEach
    void open() throws IOException {
        tickets = new TestTickets(folder);
    }

    @Test
    void a_command_is_on_disk_when_it_is_accepted_and_nobody_can_read_it_there() throws Exception {
        Ticket ticket = Deliveries.ticket();
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                ticket,
                                Syntax.BASH,
                                "echo the-body",
                                Map.of("Password", "the-secret"),
                                List.of("the-secret")));
        Path command = folder.resolve("work/" + ticket + "/command");
        String raw = Files.readString(command, StandardCharsets.ISO_8859_1);
        assertThat(raw).doesNotContain("the-body").doesNotContain("the-secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(command)))
                .isEqualTo("rw-------");
        LiveTicket found = tickets.afterRestart(live);
        assertThat(found.payload()).isEqualTo(live.payload());
        assertThat(found.command()).isEqualTo(live.command());
        assertThat(found.masks().apply("the-secret")).isEqualTo(Masks.SHOWN);
        assertThat(found.isStarted()).isFalse();
    }

    @Test
    void what_was_recorded_is_there_after_a_restart_and_a_torn_end_is_not() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        live.record(new JournalEntry.Starting(Instant.EPOCH, "main", 1, "boot", Optional.empty()));
        live.askStop(
                JournalEntry.StopAsked.Cause.CANCEL, Duration.ofSeconds(1), Duration.ofSeconds(2));
        Files.writeString(
                live.folder().resolve("journal"),
                "0badc0de {\"type\":\"Ended\",\"at\":\"2026-",
                StandardOpenOption.APPEND);
        LiveTicket found = tickets.afterRestart(live);
        assertThat(found.isStarted()).isTrue();
        assertThat(found.stop().orElseThrow().killAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(found.result()).isEmpty();
        assertThat(found.entries()).hasSize(2);
    }

    @Test
    void a_damaged_history_is_found_as_damaged_and_the_others_as_they_are() throws Exception {
        LiveTicket sound = tickets.accept(Deliveries.bash("true"));
        LiveTicket broken = tickets.accept(Deliveries.bash("true"));
        LiveTicket sealedElsewhere = tickets.accept(Deliveries.bash("true"));
        broken.record(
                new JournalEntry.Starting(Instant.EPOCH, "main", 1, "boot", Optional.empty()));
        broken.record(new JournalEntry.Reached(Instant.EPOCH, "further"));
        byte[] bytes = Files.readAllBytes(broken.folder().resolve("journal"));
        bytes[20] ^= 1;
        Files.write(broken.folder().resolve("journal"), bytes);
        Files.write(
                sealedElsewhere.folder().resolve("command"),
                Files.readAllBytes(sound.folder().resolve("command")));
        TicketJournal.Found found = new TestTickets(folder).journal().takeUp();
        assertThat(found.open()).extracting(LiveTicket::ticket).containsExactly(sound.ticket());
        assertThat(found.damaged())
                .containsExactlyInAnyOrder(broken.ticket(), sealedElsewhere.ticket());
    }

    @Test
    void tickets_come_back_in_the_order_of_their_arrival() throws Exception {
        List<Ticket> arrived =
                IntStream.range(0, 12)
                        .mapToObj(n -> Deliveries.bash("echo " + n))
                        .map(
                                delivered -> {
                                    try {
                                        return tickets.accept(delivered).ticket();
                                    } catch (IOException e) {
                                        throw new java.io.UncheckedIOException(e);
                                    }
                                })
                        .toList();
        assertThat(new TestTickets(folder).journal().takeUp().open())
                .extracting(LiveTicket::ticket)
                .containsExactlyElementsOf(arrived);
    }

    @Test
    void a_completed_ticket_is_gone_and_remembered() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        live.end(Results.done(Map.of()));
        tickets.journal().complete(live);
        assertThat(live.folder()).doesNotExist();
        assertThat(tickets.journal().tombstone(live.ticket()))
                .contains(TicketJournal.Tombstone.COMPLETED);
        assertThat(new TestTickets(folder).journal().takeUp().open()).isEmpty();
    }

    @Test
    void whatever_ended_it_says_no_secret_in_its_reason() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "true",
                                Map.of("Password", "hunter2"),
                                List.of("hunter2")));
        live.end(Results.failed("\"hunter2\" does not fit."));
        assertThat(live.result().orElseThrow().reason())
                .contains("\"%s\" does not fit.".formatted(Masks.SHOWN));
        assertThat(tickets.afterRestart(live).result()).isEqualTo(live.result());
    }

    @Test
    void what_a_delivery_left_that_failed_half_way_is_in_nobodys_way() throws Exception {
        Ticket ticket = Deliveries.ticket();
        var delivery = Deliveries.script(ticket, Syntax.BASH, "echo the-body", Map.of(), List.of());
        Files.createDirectories(folder.resolve("work/" + ticket));
        Files.writeString(folder.resolve("work/" + ticket + "/command"), "of a disk that was full");
        LiveTicket live = tickets.accept(delivery);
        assertThat(tickets.afterRestart(live).payload()).isEqualTo(live.payload());
    }

    @Test
    void a_chunk_that_was_written_twice_is_one_chunk_after_a_restart() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        live.info("one");
        Path chunks = live.folder().resolve("chunks");
        String first = Files.readString(chunks);
        // As after a disk that took the record and did not say so.
        Files.writeString(chunks, first, StandardOpenOption.APPEND);
        LiveTicket found = tickets.afterRestart(live);
        found.info("two");
        assertThat(found.output().chunk(1).orElseThrow().lines())
                .extracting(line -> line.text())
                .containsExactly("one");
        assertThat(found.output().chunk(2).orElseThrow().lines())
                .extracting(line -> line.text())
                .containsExactly("two");
    }

    @Test
    void what_a_crash_left_half_done_is_cleared_away() throws Exception {
        Path half = Files.createDirectories(folder.resolve("work/.left.new/inside"));
        tickets.journal().takeUp();
        assertThat(half.getParent()).doesNotExist();
    }

    @Test
    void output_goes_on_after_a_restart_without_gap_or_repeat() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        for (int n = 1; n <= 5000; n++) {
            live.output().add(Instant.EPOCH, "main", OutputKind.OUT, "line " + n, n);
        }
        live.output().finish();
        live.output().add(Instant.EPOCH, "main", OutputKind.OUT, "lost with the process", 5001);
        live.output().taken(3);
        LiveTicket found = tickets.afterRestart(live);
        assertThat(found.output().taken()).isEqualTo(3);
        assertThat(found.output().mark("main", OutputKind.OUT)).isEqualTo(5000);
        found.output().add(Instant.EPOCH, "main", OutputKind.OUT, "next", 5001);
        found.output().finish();
        List<OutputLog.Chunk> chunks = TestTickets.chunks(found);
        assertThat(chunks.getFirst().number()).isEqualTo(4);
        assertThat(chunks)
                .allSatisfy(
                        chunk ->
                                assertThat(
                                                stagecoach.wire.StagecoachJson.bytes(chunk.lines())
                                                        .length)
                                        .isLessThanOrEqualTo(OutputLog.CHUNK_BYTES_MAX));
        assertThat(TestTickets.lines(found, OutputKind.OUT)).endsWith("line 5000", "next");
    }

    @Test
    void small_chunks_are_spared_while_nobody_takes_them() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("true"));
        for (int n = 1; n <= 100; n++) {
            live.output().add(Instant.EPOCH, "main", OutputKind.OUT, "line " + n, n);
            live.output().flush();
        }
        assertThat(live.output().written()).isEqualTo(8);
        live.output().taken(8);
        assertThat(live.output().flush()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT)).hasSize(92);
    }

    @Test
    void two_tentacles_in_one_home_are_one_too_many() throws Exception {
        Home.open(folder).occupy();
        assertThatThrownBy(() -> Home.open(folder).occupy())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Another tentacle (process " + ProcessHandle.current().pid());
    }

    @Test
    void an_unknown_home_has_no_settings_and_the_epoch_is_kept() throws Exception {
        Home home = Home.open(folder);
        assertThat(home.settings()).isEqualTo(Optional.empty());
        assertThat(home.epoch()).isZero();
        home.epoch(7);
        assertThat(Home.open(folder).epoch()).isEqualTo(7);
    }

    @Test
    void a_ticket_has_its_journal_before_it_has_its_name() throws Exception {
        Deliver delivered = Deliveries.bash("true");
        Path work = tickets.home().work();
        Path left = Files.createDirectory(work.resolve(delivered.command().ticket().toString()));
        Files.createFile(left.resolve("left"));
        List<String> there = new ArrayList<>();
        Path half = work.resolve("." + delivered.command().ticket() + ".new");
        Trash watching =
                Trash.by(
                        path -> {
                            if (path.endsWith("left")) {
                                try (var listed = Files.list(half)) {
                                    listed.forEach(
                                            file -> there.add(file.getFileName().toString()));
                                }
                            }
                            Files.delete(path);
                        });
        TestTickets.with(folder, watching).accept(delivered);
        // Written behind the other two, the command makes the names of all of them last.
        assertThat(there).containsExactlyInAnyOrder("journal", "chunks", "command");
    }
}
