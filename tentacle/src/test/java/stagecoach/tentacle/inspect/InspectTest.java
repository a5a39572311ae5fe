package stagecoach.tentacle.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.KeepRules;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.process.Action.Syntax;

@Timeout(120)
class InspectTest {
    @TempDir Path folder;
    FakeGateway gateway;
    TestTickets tickets;
    Home home;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        tickets = new TestTickets(folder.resolve("home"));
        home = tickets.home();
        home.identity();
        home.enrolled(settings(gateway.uri(), gateway.thumbprint()));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private Settings settings(URI at, Thumbprint pinned) {
        return new Settings(Deliveries.AGENT, at, Optional.of(gateway.uri()), pinned);
    }

    private String show() throws IOException {
        return Show.of(home.root(), "1.2.3", List.of("bash", "script-packages"));
    }

    @Test
    void show_tells_who_the_machine_is_what_it_holds_and_what_is_open_and_no_secret()
            throws Exception {
        new Nupkg().heldIn(home);
        var live =
                tickets.accept(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "echo hunter2",
                                Map.of("Password", "hunter2"),
                                List.of("hunter2")));
        home.epoch(7);
        assertThat(show())
                .contains(
                        "agent         " + Deliveries.AGENT,
                        "version       1.2.3",
                        "state         does not run",
                        "gateway       " + gateway.uri(),
                        "trusts        " + gateway.thumbprint(),
                        "thumbprint    " + home.identity().thumbprint(),
                        "epoch         7",
                        "capabilities  bash, script-packages",
                        "packages      1, ",
                        "tickets       1 open",
                        live.ticket() + " RunScript, step ")
                .doesNotContain("hunter2");
    }

    @Test
    void show_tells_the_process_that_works_there_and_none_that_only_has_its_number()
            throws Exception {
        home.occupy();
        assertThat(show()).contains("runs, process " + ProcessHandle.current().pid());
        Files.writeString(home.root().resolve("lock"), "999999999\n");
        assertThat(show()).contains("does not run");
    }

    @Test
    void show_changes_nothing_and_says_where_there_is_no_tentacle() throws Exception {
        assertThatThrownBy(() -> Show.of(folder.resolve("nowhere"), "1", List.of()))
                .hasMessageContaining("is no folder");
        assertThat(folder.resolve("nowhere")).doesNotExist();
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> Show.of(empty, "1", List.of()))
                .hasMessageContaining("is not enrolled");
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void check_finds_a_gateway_that_lets_the_machine_in() throws Exception {
        Check.Report report = Check.of(home.root());
        assertThat(report.text())
                .containsPattern("OK +gateway +\\Q" + gateway.uri() + "\\E lets this machine in")
                .containsPattern("OK +bytes +")
                .containsPattern("OK +disk +")
                .containsPattern("OK +sh +/")
                .containsPattern("OK +setsid +/");
        assertThat(report.works()).as(report.text()).isTrue();
    }

    @Test
    void check_names_a_gateway_with_another_certificate() throws Exception {
        home.enrolled(settings(gateway.uri(), new Thumbprint("ab".repeat(32))));
        Check.Report report = Check.of(home.root());
        assertThat(report.works()).isFalse();
        assertThat(report.text())
                .containsPattern(
                        "FAIL gateway +.*certificate has the thumbprint " + gateway.thumbprint());
    }

    @Test
    void check_names_a_gateway_that_cannot_be_reached() throws Exception {
        URI nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = URI.create("https://127.0.0.1:" + free.getLocalPort());
        }
        home.enrolled(settings(nobody, gateway.thumbprint()));
        Check.Report report = Check.of(home.root());
        assertThat(report.works()).isFalse();
        assertThat(report.text()).containsPattern("FAIL gateway +\\Q" + nobody + "\\E cannot be");
    }

    @Test
    void check_names_a_disk_that_is_too_full() throws Exception {
        home.enrolled(
                settings(gateway.uri(), gateway.thumbprint())
                        .keeping(new KeepRules(Long.MAX_VALUE, Optional.empty())));
        Check.Report report = Check.of(home.root());
        assertThat(report.text()).containsPattern("FAIL disk +");
        assertThat(report.works()).isFalse();
    }

    @Test
    void sizes_are_told_in_units() {
        assertThat(Words.size(1023)).isEqualTo("1023 bytes");
        assertThat(Words.size(1536)).isEqualTo("1.5 KiB");
        assertThat(Words.size(3L << 40)).isEqualTo("3.0 TiB");
    }
}
