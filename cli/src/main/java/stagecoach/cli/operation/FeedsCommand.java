package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;

@Command(
        name = "feeds",
        mixinStandardHelpOptions = true,
        description = "Where packages come from, and who may read the built-in feed.",
        subcommands = {FeedsCommand.Known.class, FeedsCommand.Access.class})
public final class FeedsCommand implements Runnable {
    private static final String ACCESS = "access";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with feeds: list or access");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "The built-in feed and those outside.")
    static final class Known extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            List<JsonNode> feeds = api.list("/feeds");
            if (json) {
                feeds.forEach(this::sayJson);
                return ExitCode.SUCCEEDED;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode feed : feeds) {
                rows.add(
                        List.of(
                                feed.path("id").asText(),
                                feed.path("kind").asText(),
                                access(feed),
                                readThrough(feed),
                                feed.path("url").asText()));
            }
            sayLines(
                    Text.table(List.of("FEED", "KIND", "ACCESS", "READ THROUGH", "URL"), rows)
                            .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    /** Who reads the built-in feed; of those outside, whether machines do, too. */
    private static String access(JsonNode feed) {
        return feed.path("machinesRead").asBoolean()
                ? "MACHINES"
                : feed.path(ACCESS).asText("-").replace("null", "-");
    }

    /** The ids that the built-in feed answers from this one. */
    private static String readThrough(JsonNode feed) {
        List<String> ids = new ArrayList<>();
        feed.path("readThrough").path("ids").forEach(id -> ids.add(id.asText()));
        return ids.isEmpty() ? "-" : String.join(" ", ids);
    }

    @Command(
            name = "access",
            mixinStandardHelpOptions = true,
            description =
                    "Who may read the built-in feed: show it, or say keys (whoever shows an API key) or public (anybody, with any NuGet client).")
    static final class Access extends ApiCommand {
        private static final String PATH = "/feeds/built-in";

        @Parameters(index = "0", arity = "0..1", paramLabel = "keys|public")
        @Nullable String wanted;

        @Override
        protected ExitCode run(ApiClient api) {
            JsonNode feed = api.get(PATH);
            if (wanted != null) {
                ObjectNode changed = feed.deepCopy();
                changed.put(ACCESS, wanted.toUpperCase(Locale.ROOT));
                feed = api.put(PATH, changed);
            }
            if (json) {
                sayJson(feed);
            } else {
                say(feed.path(ACCESS).asText());
            }
            return ExitCode.SUCCEEDED;
        }
    }
}
