package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;

@Timeout(120)
class StructuredVariablesTest {
    private static final String DIRECTORY = "applications/prod/Shop.Web/current";

    @TempDir Path folder;
    TestTickets tickets;
    LiveTicket live;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
    }

    private CommandResult install(Nupkg nupkg, String... globs) throws Exception {
        var payload =
                new CommandPayload.Install(
                        DIRECTORY,
                        List.of("both.json"),
                        Map.of(
                                "Db:Url", "jdbc:prod",
                                "Db:Password", "hun\"ter2",
                                "//db/@url", "jdbc:prod",
                                "Name", "shop"),
                        List.of("hun\"ter2"),
                        Optional.empty(),
                        List.of(globs));
        live = tickets.accept(Deliveries.install(nupkg.heldIn(tickets.home()), payload));
        var shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        List.of(),
                        RemovalLog.open(tickets.home()));
        return new InstallPackageWork(shared, (InstallPackage) live.command()).perform(live);
    }

    private Path installed(String file) {
        return tickets.home().root().resolve(DIRECTORY).resolve(file);
    }

    @Test
    void values_are_put_into_files_of_every_format_that_the_step_names() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with("conf/app.json", "{\"Db\": {\"Url\": \"x\"}}")
                                .with("app.yml", "Db:\r\n  Url: x # c\r\n")
                                .with("web.config", "<c><db url='x'/></c>")
                                .with("app.properties", "Db\\:Url=x")
                                .with("both.json", "{\"Name\": \"x\", \"Title\": \"#{Name}\"}")
                                .with("other.json", "{\"Name\": \"x\"}"),
                        "conf/*.json",
                        "*.yml",
                        "*.config",
                        "*.properties",
                        "**/both.json",
                        "*.none");
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(installed("conf/app.json")).hasContent("{\"Db\": {\"Url\": \"jdbc:prod\"}}");
        assertThat(Files.readString(installed("app.yml")))
                .isEqualTo("Db:\r\n  Url: jdbc:prod # c\r\n");
        assertThat(installed("web.config")).hasContent("<c><db url='jdbc:prod'/></c>");
        assertThat(installed("app.properties")).hasContent("Db\\:Url=jdbc:prod");
        assertThat(installed("both.json")).hasContent("{\"Name\": \"shop\", \"Title\": \"shop\"}");
        assertThat(installed("other.json")).hasContent("{\"Name\": \"x\"}");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains(
                        "structuredVariablesIn '*.none' matches no file of the package.",
                        "conf/app.json (JSON): replaced Db:Url.",
                        "both.json (JSON): replaced Name.");
    }

    @Test
    void a_secret_is_kept_from_others_and_from_the_output_as_the_file_has_it() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with("app.json", "{\"Db\": {\"Password\": \"x\"}}")
                                .with("PostDeploy.sh", "cat app.json"),
                        "*.json");
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(installed("app.json")).hasContent("{\"Db\": {\"Password\": \"hun\\\"ter2\"}}");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(installed("app.json"))))
                .matches("r.-[r-]-----");
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .containsExactly("{\"Db\": {\"Password\": \"********\"}}");
    }

    @Test
    void a_file_that_cannot_be_read_fails_the_step_in_words_and_nothing_is_installed()
            throws Exception {
        CommandResult result =
                install(new Nupkg().with("conf/app.json", "{\"Db\":\n1 2}"), "**/*.json");
        assertThat(result.reason().orElseThrow())
                .startsWith("Variables cannot be put into conf/app.json: line 2: it is no JSON: ");
        assertThat(installed("")).doesNotExist();
    }

    @Test
    void a_file_of_no_known_format_and_one_too_long_are_refused() throws Exception {
        assertThat(install(new Nupkg().with("app.conf", "a=1"), "*.conf").reason().orElseThrow())
                .contains("app.conf, and nothing says what format it has");
        byte[] large = " ".repeat(5 << 20).getBytes(StandardCharsets.UTF_8);
        assertThat(install(new Nupkg().with("a.json", large, 0), "*.json").reason().orElseThrow())
                .contains("a.json, which is longer than 1024 KiB, the most that a file of JSON");
        byte[] tree = "<a>%s</a>".formatted(" ".repeat(256 << 10)).getBytes(StandardCharsets.UTF_8);
        assertThat(install(new Nupkg().with("a.xml", tree, 0), "*.xml").reason().orElseThrow())
                .contains("a.xml, which is longer than 256 KiB, the most that a file of XML");
    }

    @Test
    void a_file_in_utf_16_has_variables_put_in_like_any_other() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with(
                                        "both.json",
                                        "\uFEFF{\"Title\": \"#{Name}\"}"
                                                .getBytes(StandardCharsets.UTF_16LE),
                                        0));
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(Files.readString(installed("both.json"), StandardCharsets.UTF_16LE))
                .isEqualTo("\uFEFF{\"Title\": \"shop\"}");
    }
}
