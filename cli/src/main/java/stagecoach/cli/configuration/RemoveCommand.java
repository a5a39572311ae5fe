package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.command.ApiCommand;
import stagecoach.wire.StagecoachJson;

/** Takes away one thing that the API can remove; the server refuses what is in use. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description =
                "Take away what is configured, one thing at a time: a project, a target, a key. What is in use stays, and it says by whom.")
public final class RemoveCommand extends ApiCommand {
    /** What can be removed, and where it is. */
    enum Kind {
        ENVIRONMENT("/environments/%s"),
        REGION("/regions/%s"),
        CACHE("/caches/%s"),
        FEED("/feeds/%s"),
        WORKER_POOL("/worker-pools/%s"),
        WORKER("/workers/%s"),
        TARGET("/targets/%s"),
        PROJECT("/projects/%s"),
        VARIABLE_SET("/variable-sets/%s"),
        API_KEY("/api-keys/%s"),
        PAUSE("/pauses/%s"),
        /** The trust in a machine; what it is stays configured. */
        AGENT("/agents/%s"),
        /** One version, out of the built-in feed. */
        PACKAGE("/feeds/built-in/packages/%s") {
            @Override
            String path(String id) {
                int colon = id.indexOf(':');
                return super.path(id.substring(0, colon))
                        + "/versions/"
                        + ApiClient.encoded(id.substring(colon + 1));
            }

            @Override
            boolean isId(String id) {
                return id.matches("[^:]+:[^:]+");
            }

            // Its versions can be listed; one alone can only be removed.
            @Override
            String told(String id) {
                return super.path(id.replaceFirst(":.*", "")) + "/versions";
            }
        };

        private final String path;

        Kind(String path) {
            this.path = path;
        }

        String path(String id) {
            return path.formatted(ApiClient.encoded(id));
        }

        /** Whether this may be the id of one. */
        boolean isId(String id) {
            return !id.isBlank();
        }

        /** Where something is told of it. */
        String told(String id) {
            return path(id);
        }

        /** As people write it: {@code worker-pool}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}.")
    Kind kind = Kind.TARGET;

    @Parameters(
            index = "1",
            paramLabel = "ID",
            description = "Its id; of a package: ID:VERSION; of an agent: target:ID or worker:ID.")
    String id = "";

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask; needed where nobody can be asked.")
    boolean yes;

    @Option(
            names = "--dry-run",
            description =
                    "Remove nothing; look only whether it is there. What uses it is known to the server.")
    boolean dryRun;

    @Override
    protected ExitCode run(ApiClient api) {
        String what = "%s %s".formatted(kind, id);
        if (!kind.isId(id)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "\"%s\" is not the id of a %s%s"
                            .formatted(
                                    id,
                                    kind,
                                    kind == Kind.PACKAGE ? ", such as Shop.Web:1.2.0" : ""));
        }
        // What is not there is told before anybody is asked.
        api.get(kind.told(id));
        if (dryRun) {
            answer(outcome(false), "would remove %s, unless something uses it".formatted(what));
            return ExitCode.SUCCEEDED;
        }
        if (!yes && !agreed(what)) {
            answer(outcome(false), "nothing was removed");
            return ExitCode.REFUSED;
        }
        api.delete(kind.path(id));
        answer(outcome(true), "removed " + what);
        return ExitCode.SUCCEEDED;
    }

    private JsonNode outcome(boolean removed) {
        return StagecoachJson.mapper()
                .createObjectNode()
                .put("kind", kind.toString())
                .put("id", id)
                .put("removed", removed);
    }

    private boolean agreed(String what) {
        var questions = root().questions();
        if (!questions.possible()) {
            throw new ParameterException(
                    spec().commandLine(), "nobody can be asked here; add --yes to remove " + what);
        }
        return questions
                .ask("Remove %s? [y/N] ".formatted(what), false)
                .filter(answer -> answer.strip().matches("(?i)y|yes"))
                .isPresent();
    }
}
