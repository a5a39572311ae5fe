package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stagecoach.wire.StagecoachJson;

/** Scripts that are run once, and the machines they run on. */
class ScriptsAndMachinesTest {
    @TempDir Path folder;
    @AutoClose private final PlayedServer server = new PlayedServer();

    private static JsonNode json(String text) {
        return StagecoachJson.read(text, JsonNode.class);
    }

    private String script(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "df -h\n").toString();
    }

    @Test
    void a_script_is_run_on_targets_and_followed_to_its_end() throws IOException {
        server.answers("POST /scripts", "{\"id\": \"d1\"}").deployment("d1", "RUNNING", "FAILED");
        var said =
                server.run(
                        "script",
                        "run",
                        script("free.sh"),
                        "--to",
                        "staging",
                        "--targets",
                        "web-1,web-2",
                        "--script-timeout",
                        "90s",
                        "--comment",
                        "is there room?");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).contains("failed: greet failed on web-1");
        assertThat(server.sent("POST /scripts"))
                .isEqualTo(
                        json(
                                """
                                {"environment": "staging",
                                 "script": {"syntax": "BASH", "body": "df -h\\n"},
                                 "targets": ["web-1", "web-2"], "timeout": "PT1M30S",
                                 "comment": "is there room?"}"""));
    }

    @Test
    void what_a_script_has_written_is_printed_when_it_has_ended() throws IOException {
        server.answers("POST /scripts", "{\"id\": \"d1\"}")
                .deployment("d1", "SUCCEEDED")
                .answers(
                        "GET /deployments/d1/logs",
                        """
                        {"items": [{"at": "2026-11-30T08:24:26Z", "step": "script",
                          "target": "web-1", "stream": "OUT", "text": "41 GB free"}],
                         "next": null, "caughtUp": true}""");
        String[] line = {"script", "run", script("free.sh"), "--to", "s", "--targets", "web-1"};
        assertThat(server.run(line).out())
                .endsWith("2026-11-30T08:24:26Z script web-1   41 GB free\n");
    }

    @ParameterizedTest
    @CsvSource({
        "a.ps1, --tags, web, POWERSHELL, tags",
        "a.PY, --tags, web, PYTHON, tags",
        "a, --worker-pool, hq, BASH, workerPool"
    })
    void the_name_tells_the_language_and_the_option_where(
            String name, String option, String value, String syntax, String field)
            throws IOException {
        server.answers("POST /scripts", "{\"id\": \"d1\"}");
        String[] line = {"script", "run", script(name), "--to", "s", option, value, "--detach"};
        assertThat(server.run(line).out()).isEqualTo("d1\n");
        JsonNode sent = server.sent("POST /scripts");
        assertThat(sent.path("script").path("syntax").asText()).isEqualTo(syntax);
        assertThat(sent.path(field).toString()).contains(value);
    }

    @Test
    void a_script_has_one_kind_of_place_and_a_file_that_is_there() throws IOException {
        String file = script("a.sh");
        assertThat(server.run("script", "run", file, "--to", "s").exit()).isEqualTo(2);
        assertThat(
                        server.run(
                                        "script",
                                        "run",
                                        file,
                                        "--to",
                                        "s",
                                        "--tags",
                                        "web",
                                        "--worker-pool",
                                        "hq")
                                .exit())
                .isEqualTo(2);
        var missing = server.run("script", "run", "none.sh", "--to", "s", "--tags", "web");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).isEqualTo("error: there is no file none.sh\n");
        assertThat(server.asked("")).isEmpty();
    }

    @Test
    void a_script_that_takes_longer_than_one_waits_goes_on() throws IOException {
        server.answers("POST /scripts", "{\"id\": \"d1\"}").deployment("d1", "RUNNING");
        String[] line = {
            "script", "run", script("a.sh"), "--to", "s", "--tags", "web", "--timeout", "0s"
        };
        assertThat(server.run(line).exit()).isEqualTo(6);
        assertThat(server.asked("POST /deployments")).isEmpty();
    }

    @Test
    void a_tentacle_is_upgraded_and_followed_to_its_end() throws IOException {
        server.answers("POST /targets/web-1/upgrade", "{\"id\": \"d1\"}")
                .deployment("d1", "RUNNING", "FAILED");
        var said = server.run("target", "upgrade", "web-1", "1.4.0", "--comment", "C-7");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(server.sent("POST /targets/web-1/upgrade"))
                .isEqualTo(json("{\"version\": \"1.4.0\", \"comment\": \"C-7\"}"));
        assertThat(server.run("target", "upgrade", "web-1", "1.4.0", "--detach").out())
                .isEqualTo("d1\n");
        assertThat(server.run("target", "upgrade", "web-1").exit()).isEqualTo(2);
    }

    @Test
    void targets_are_listed_with_their_health() {
        server.answers(
                "GET /targets",
                """
                {"items": [
                  {"id": "web-1", "region": "eu", "environments": ["staging"], "tags": ["web", "db"],
                   "health": {"state": "HEALTHY"}},
                  {"id": "web-2", "region": null, "environments": ["staging"], "tags": []}],
                 "next": null}""",
                "{\"items\": [], \"next\": null}");
        assertThat(server.run("target", "list").out().lines())
                .containsExactly(
                        "ID     REGION  ENVIRONMENTS  TAGS    HEALTH",
                        "web-1  eu      staging       web,db  HEALTHY",
                        "web-2          staging               UNKNOWN");
        assertThat(server.run("target", "list").out())
                .isEqualTo("no targets yet; stagecoach target enrol makes one\n");
    }

    @Test
    void a_long_list_of_targets_is_told_whole() throws IOException {
        server.answers(
                "GET /targets",
                "{\"items\": [{\"id\": \"web-1\"}], \"next\": \"n\"}",
                "{\"items\": [{\"id\": \"web-2\"}], \"next\": null}");
        assertThat(server.run("target", "list", "--json").documents())
                .singleElement()
                .isEqualTo(
                        json(
                                "{\"items\": [{\"id\": \"web-1\"}, {\"id\": \"web-2\"}], \"next\": null}"));
    }

    @Test
    void a_server_that_a_proxy_has_put_below_a_path_is_asked_there() throws IOException {
        server.otherwise("{\"items\": [], \"next\": null}");
        server.run("target", "list", "--url", server.url() + "/stagecoach/");
        server.run("push", script("a.nupkg"), "--url", server.url() + "/stagecoach");
        assertThat(server.asked("").stream().map(PlayedServer.Asked::what))
                .containsExactly(
                        "GET /stagecoach/api/v1/targets?limit=500",
                        "PUT /stagecoach/nuget/v3/package");
    }

    @Test
    void enrolling_tells_the_command_line_for_the_machine() {
        server.answers("POST /enrolments", "{\"id\": \"e1\", \"command\": \"tentacle enrol T\"}");
        var said =
                server.run(
                        "target",
                        "enrol",
                        "web-1",
                        "--environment",
                        "staging,production",
                        "--tags",
                        "web",
                        "--region",
                        "eu",
                        "--valid-for",
                        "10m");
        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .isEqualTo("Run this on the machine, once, within 10m:\n  tentacle enrol T\n");
        assertThat(server.sent("POST /enrolments"))
                .isEqualTo(
                        json(
                                """
                                {"target": {"id": "web-1", "name": "web-1", "region": "eu",
                                            "environments": ["staging", "production"],
                                            "tags": ["web"]},
                                 "validFor": "PT10M"}"""));
        assertThat(server.run("target", "enrol", "web-1").exit()).isEqualTo(2);
    }

    @Test
    void registering_a_machine_that_listens_tells_the_server_where_it_is() {
        server.answers("PUT /targets/web-1", "{\"id\": \"web-1\"}");
        var said =
                server.run(
                        "target",
                        "register",
                        "web-1",
                        "--environment",
                        "staging",
                        "--tags",
                        "web,db",
                        "--address",
                        "web-1.example:10933",
                        "--thumbprint",
                        "ab12");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).startsWith("The gateway dials web-1 at web-1.example:10933.\n");
        assertThat(server.sent("PUT /targets/web-1"))
                .isEqualTo(
                        json(
                                """
                                {"name": "web-1", "environments": ["staging"], "tags": ["web", "db"],
                                 "communication": "LISTENING", "address": "web-1.example:10933",
                                 "thumbprint": "ab12"}"""));
        assertThat(server.run("target", "register", "web-1").exit()).isEqualTo(2);
    }

    @Test
    void a_check_waits_for_the_machines_answer_and_tells_its_health() {
        server.answers("POST /targets/web-1/check", "{\"id\": \"d1\"}")
                .deployment("d1", "RUNNING", "SUCCEEDED")
                .answers(
                        "GET /targets/web-1",
                        "{\"health\": {\"state\": \"HEALTHY\", \"version\": \"0.1.0\"}}");
        var said = server.run("check", "target", "web-1");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).endsWith("   web-1 is HEALTHY, version 0.1.0\n");
    }

    @Test
    void a_check_that_fails_or_takes_too_long_says_so_with_its_exit_code() {
        server.answers("POST /targets/web-1/check", "{\"id\": \"d1\"}", "{\"id\": \"d2\"}")
                .deployment("d1", "FAILED")
                .deployment("d2", "RUNNING")
                .answers("GET /targets/web-1", "{\"health\": {\"state\": \"UNAVAILABLE\"}}");
        var failed = server.run("check", "target", "web-1");
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.out()).endsWith("   web-1 is UNAVAILABLE\n");
        assertThat(server.run("check", "target", "web-1", "--timeout", "0s").exit()).isEqualTo(6);
    }
}
