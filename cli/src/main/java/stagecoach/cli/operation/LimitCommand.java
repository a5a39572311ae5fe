package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;
import stagecoach.cli.option.BudgetOptions;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "limit",
        mixinStandardHelpOptions = true,
        description =
                "How much may be on its way into a region or a cache, from a feed outside, or for a deployment, at once, and how many deployments may be: show it, or change it, also while it is on its way.",
        subcommands = {
            LimitCommand.OfRegion.class,
            LimitCommand.OfCache.class,
            LimitCommand.OfFeed.class,
            LimitCommand.OfDeployment.class,
            LimitCommand.OfDeployments.class
        })
public final class LimitCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to limit: region, cache, feed, deployment or deployments");
    }

    /** What the commands do of those that have a budget. */
    abstract static class Limiting extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Mixin BudgetOptions budget = new BudgetOptions();

        /** Where the budget is, for an id that may stand in an address. */
        abstract String path(String encoded);

        @Override
        protected final ExitCode run(ApiClient api) {
            String path = path(ApiClient.encoded(id));
            JsonNode known = api.get(path);
            if (budget.isGiven()) {
                ObjectNode changed = known.deepCopy();
                changed.properties().removeIf(field -> field.getValue().isNull());
                budget.putInto(changed);
                known = api.put(path, changed);
            }
            if (json) {
                sayJson(known);
            } else {
                sayLines(
                        Text.table(
                                        List.of("BYTES A SECOND", "PACKAGES AT ONCE"),
                                        List.of(
                                                List.of(
                                                        said(known, BudgetOptions.RATE),
                                                        said(known, BudgetOptions.PLACES))))
                                .stripTrailing());
            }
            return ExitCode.SUCCEEDED;
        }

        private static String said(JsonNode known, String field) {
            return known.path(field).asText("-").replace("null", "-");
        }
    }

    @Command(
            name = "region",
            mixinStandardHelpOptions = true,
            description = "What enters a region, into all of its caches together.")
    static final class OfRegion extends Limiting {
        @Override
        String path(String encoded) {
            return "/regions/" + encoded;
        }
    }

    @Command(
            name = "cache",
            mixinStandardHelpOptions = true,
            description = "What is brought into one cache.")
    static final class OfCache extends Limiting {
        @Override
        String path(String encoded) {
            return "/caches/" + encoded;
        }
    }

    @Command(
            name = "feed",
            mixinStandardHelpOptions = true,
            description = "What is brought from a feed outside.")
    static final class OfFeed extends Limiting {
        @Override
        String path(String encoded) {
            return "/feeds/" + encoded;
        }
    }

    @Command(
            name = "deployment",
            mixinStandardHelpOptions = true,
            description = "What is brought to caches for one deployment that has not ended.")
    static final class OfDeployment extends Limiting {
        @Override
        String path(String encoded) {
            return "/deployments/" + encoded + "/budget";
        }
    }

    @Command(
            name = "deployments",
            mixinStandardHelpOptions = true,
            description = "Deployments under way at once, over all projects.")
    static final class OfDeployments extends ApiCommand {
        @Option(
                names = "--tasks-max",
                paramLabel = "N",
                description = "At most so many; 0: as the services are configured.")
        @Nullable Integer tasksMax;

        @Override
        protected ExitCode run(ApiClient api) {
            String path = "/task-limit";
            JsonNode limit;
            if (tasksMax == null) {
                limit = api.get(path);
            } else {
                ObjectNode body = StagecoachJson.mapper().createObjectNode();
                if (tasksMax != 0) {
                    body.put("tasksMax", tasksMax);
                }
                limit = api.put(path, body);
            }
            if (json) {
                sayJson(limit);
            } else {
                say(
                        "%d are under way, %d may be%s"
                                .formatted(
                                        limit.path("underWay").asInt(),
                                        limit.path("tasksMax").asInt(),
                                        limit.path("configured").asBoolean()
                                                ? " (as configured)"
                                                : ""));
            }
            return ExitCode.SUCCEEDED;
        }
    }
}
