package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;

@Command(
        name = "api-key",
        mixinStandardHelpOptions = true,
        description = "Make and list API keys; stagecoach remove api-key takes one away.",
        subcommands = {ApiKeyCommand.Create.class, ApiKeyCommand.ListAll.class})
public final class ApiKeyCommand implements Runnable {
    private static final String PATH = "/api-keys";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with API keys: create or list");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Make a key. It is shown now and never again.")
    static final class Create extends ApiCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "Whose it is; events name it.")
        String name = "";

        @Option(
                names = "--role",
                split = ",",
                required = true,
                description = "ADMIN, CONFIGURE, DEPLOY, PUSH or READ; several with commas.")
        List<String> roles = List.of();

        @Option(
                names = "--team",
                split = ",",
                description =
                        "Whom a manual intervention may name as responsible, such as dba; no other right.")
        List<String> teams = List.of();

        @Option(
                names = "--expires-at",
                paramLabel = "TIME",
                description = "When it is good for nothing any more; default: never.")
        @Nullable Instant expiresAt;

        @Override
        protected ExitCode run(ApiClient api) {
            var body = new LinkedHashMap<String, Object>();
            body.put("name", name);
            body.put("roles", roles.stream().map(role -> role.toUpperCase(Locale.ROOT)).toList());
            body.put("teams", teams);
            if (expiresAt != null) {
                body.put("expiresAt", expiresAt.toString());
            }
            JsonNode made = api.post(PATH, body);
            if (json) {
                sayJson(made);
            } else {
                say("made %s; keep this, it is not shown again:".formatted(id(made)));
                say(made.path("key").asText());
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Keys by id, without the keys themselves.")
    static final class ListAll extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            List<JsonNode> keys = api.list(PATH);
            if (json) {
                sayJson(ApiClient.whole(keys));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode key : keys) {
                rows.add(
                        List.of(
                                id(key),
                                key.path("name").asText(),
                                Text.joined(key.path("roles")),
                                Text.joined(key.path("teams")),
                                key.path("expiresAt").asText("never")));
            }
            sayLines(
                    Text.table(List.of("ID", "NAME", "ROLES", "TEAMS", "EXPIRES"), rows)
                            .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    private static String id(JsonNode key) {
        return key.path("id").asText();
    }
}
