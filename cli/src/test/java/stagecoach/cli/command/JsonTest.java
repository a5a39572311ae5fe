package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;

/** Whoever says {@code --json} gets JSON and nothing else, from every command. */
class JsonTest {
    /** Answers whatever is asked, with an item of each list. */
    private static final String ANYTHING =
            """
            {"id": "d1", "deployment": "d1", "state": "SUCCEEDED", "current": "k1", "free": true,
             "rows": [{"kind": "variables", "key": "k1", "rows": 1}], "rebuild": {"state": "DONE"},
             "items": [{"id": "i1", "name": "n1", "service": "s1", "handler": "h1", "stream": "s1"}],
             "next": null, "caughtUp": true}""";

    @TempDir Path folder;
    @AutoClose private final PlayedServer server = new PlayedServer().otherwise(ANYTHING);

    @BeforeEach
    void start() throws IOException {
        Files.writeString(folder.resolve("a.nupkg"), "zip");
        Files.writeString(folder.resolve("a.sh"), "df");
        Files.writeString(folder.resolve("stagecoach.yaml"), "version: 1\nregions: { eu: {} }\n");
    }

    /** One line for each command; FOLDER is one that has files. */
    static List<String> lines() {
        return List.of(
                "push FOLDER/a.nupkg",
                "apply -f FOLDER/stagecoach.yaml",
                "release create shop 1.0.0",
                "release list shop",
                "release show shop 1.0.0",
                "preview shop 1.0.0 --to staging",
                "deploy shop 1.0.0 --to staging",
                "deployment list",
                "deployment show d1",
                "deployment watch d1",
                "deployment logs d1",
                "deployment artifacts d1",
                "deployment retry d1",
                "deployment cancel d1",
                "deployment interruptions d1",
                "deployment resolve d1-2 PROCEED",
                "deployment proceed d1",
                "interruption list",
                "interruption resolve d1-2 PROCEED",
                "script run FOLDER/a.sh --to staging --tags web",
                "check target web-1",
                "target list",
                "target show web-1",
                "target enrol web-1 --environment staging",
                "target register web-1 --environment staging --address web-1:10933 --thumbprint T",
                "target upgrade web-1 1.4.0",
                "worker list",
                "worker show hq-1",
                "worker enrol hq-1 --worker-pool hq",
                "api-key create ci --role PUSH",
                "api-key list",
                "remove target web-1 --yes",
                "events",
                "parked list",
                "parked show s1",
                "parked replay s1",
                "projections list",
                "projections rebuild",
                "retention show",
                "retention set --log-days 3",
                "keys show",
                "keys new --file FOLDER/keys",
                "keys rotate",
                "keys drop KEY --file FOLDER/keys",
                "feeds list",
                "feeds access public",
                "limit region eu",
                "limit cache eu-1",
                "limit feed company",
                "limit deployment d1",
                "limit deployments",
                "pause create fair --reason fair",
                "pause list");
    }

    @Test
    void there_is_a_line_for_every_command() {
        var cli = new StagecoachCli(Map.of(), LocalDefault.NONE);
        assertThat(commands("", StagecoachCli.commandLine(cli)))
                .allSatisfy(
                        name -> assertThat(lines()).anyMatch(line -> (line + " ").startsWith(name)))
                .hasSize(lines().size());
    }

    private static Set<String> commands(String before, CommandLine line) {
        var names = new TreeSet<String>();
        line.getSubcommands()
                .forEach(
                        (name, sub) -> {
                            if (sub.getSubcommands().isEmpty()) {
                                names.add(before + name + " ");
                            } else {
                                names.addAll(commands(before + name + " ", sub));
                            }
                        });
        return names;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void a_command_answers_a_program_in_json_alone(String line) throws IOException {
        String words = line;
        if (line.startsWith("pause create")) {
            server.refuses("GET /pauses/fair", 404, "There is none.");
        }
        if (line.startsWith("keys drop")) {
            words = line.replace("KEY", olderKey());
        }
        var said = run(words + " --json");
        assertThat(said.exit()).describedAs(said.err()).isZero();
        assertThat(said.documents()).isNotEmpty().allMatch(JsonNode::isContainerNode);
        assertThat(said.screen()).isEmpty();
    }

    private PlayedServer.Said run(String line) {
        return server.run(line.replace("FOLDER", folder.toString()).split(" "));
    }

    private String olderKey() throws IOException {
        String id =
                run("keys new --file FOLDER/keys --json")
                        .documents()
                        .getFirst()
                        .path("key")
                        .asText();
        run("keys new --file FOLDER/keys");
        return id;
    }

    @Test
    void programs_learn_what_was_pushed_and_what_was_there() throws IOException {
        server.refuses("PUT /nuget/v3/package", 409, "It is there.");
        assertThat(run("push FOLDER/a.nupkg --skip-duplicate --json").documents())
                .singleElement()
                .hasToString("{\"file\":\"a.nupkg\",\"size\":3,\"pushed\":false}");
    }

    @Test
    void programs_learn_what_a_manifest_changes() throws IOException {
        server.refuses("GET /regions/eu", 404, "There is none.");
        String outcome =
                "{\"file\":\"stagecoach.yaml\",\"documents\":1,\"differences\":[{\"path\":\"/regions/eu\",\"isNew\":true,\"places\":[]}],\"applied\":%s}";
        var tried = run("apply -f FOLDER/stagecoach.yaml --dry-run --json");
        assertThat(tried.exit()).isEqualTo(1);
        assertThat(tried.documents()).singleElement().hasToString(outcome.formatted("false"));
        var done = run("apply -f FOLDER/stagecoach.yaml --json");
        assertThat(done.exit()).isZero();
        assertThat(done.documents()).singleElement().hasToString(outcome.formatted("true"));
    }

    @Test
    void programs_learn_that_nothing_was_removed_yet() throws IOException {
        assertThat(run("remove target web-1 --dry-run --json").documents())
                .singleElement()
                .hasToString("{\"kind\":\"target\",\"id\":\"web-1\",\"removed\":false}");
    }
}
