package stagecoach.local.launcher.command;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.installation.LocalDefault;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.supervisor.StatusJson;

/** Starts the local default and returns when all is ready. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Start Kafka, PostgreSQL and the four services on this computer; they go on when this command ends. What the environment says of feeds (STAGECOACH_FEED_…) counts.")
public final class UpCommand implements Callable<Integer> {
    private final LocalRun run;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    @Option(
            names = "--port",
            description = "The port of the base URL; else a free one is found and kept.")
    @Nullable Integer port;

    @Option(
            names = "--fix",
            paramLabel = "NAME=PORT",
            description =
                    "Fix another port: kafka, postgres, orchestrator, step-runner, package-service, agent-gateway, agent, bytes.")
    Map<String, Integer> fixed = new LinkedHashMap<>();

    @Option(
            names = "--pods",
            defaultValue = "1",
            description = "So many processes of each service share the work; 1 if left out.")
    int pods;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description =
                    "A setting of the services, such as stagecoach.deployment.tasks-max=5; give it again with each start.")
    Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "Let other computers reach the base URL's port at this address of this one (0.0.0.0: all), by plain http.")
    @Nullable String listen;

    @Option(
            names = "--behind-proxy",
            paramLabel = "ADDRESS",
            arity = "0..1",
            fallbackValue = "127.0.0.1",
            description =
                    "A proxy with TLS stands before the base URL, on this computer or at ADDRESS: what it says of scheme, host, port and prefix (X-Forwarded-*) counts.")
    @Nullable String behindProxy;

    @Option(
            names = "--machines",
            paramLabel = "ADDRESS",
            description =
                    "Let tentacles on other computers reach the gateway at this address of this one, by TLS with certificates on both sides.")
    @Nullable String machines;

    @Option(names = "--json", description = "Print the status as JSON when all is ready.")
    boolean json;

    /** Starts {@code run} and shows it on {@code screen}. */
    public UpCommand(LocalRun run, Screen screen) {
        this.run = run;
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Integer> ports = new LinkedHashMap<>(fixed);
        if (port != null) {
            ports.put("edge", port);
        }
        StartPicture picture = new StartPicture(screen, !json);
        LocalRun.Started started;
        try {
            started = run.start(wishes(ports), picture::show);
        } catch (LocalRun.StartRefused e) {
            picture.end();
            return Said.error(spec, e);
        }
        picture.end();
        warn();
        Map<String, String> facts = started.status().facts();
        Optional.ofNullable(facts.get(LocalDefault.MOVED_BASE_URL))
                .ifPresent(sentence -> Said.warning(spec, sentence));
        if (json) {
            Said.line(spec, StatusJson.write(started.status()));
            return ExitCode.SUCCEEDED.code();
        }
        Said.line(
                spec,
                "%s at %s"
                        .formatted(
                                started.alreadyRan()
                                        ? "Stagecoach runs already"
                                        : "Stagecoach runs",
                                facts.get("baseUrl")));
        if (started.alreadyRan() && wishedMore()) {
            Said.line(
                    spec,
                    "Settings, --listen, --behind-proxy, --machines and STAGECOACH_FEED_… count from a start on: ./stagecoach down, then up with them again.");
        }
        Said.line(spec, "  page       %s/".formatted(facts.get("baseUrl")));
        Said.line(spec, "  packages   " + facts.get("nugetIndex"));
        Said.line(spec, "  admin key  " + facts.get("adminKeyFile"));
        if (machines != null) {
            Said.line(
                    spec,
                    "  machines   %s, packages %s"
                            .formatted(facts.get("agentUrl"), facts.get("bytesUrl")));
        }
        Said.line(
                spec,
                "Next: ./stagecoach tentacle start --name web-1 --region eu --environment production --tags web");
        return ExitCode.SUCCEEDED.code();
    }

    private boolean wishedMore() {
        return !settings.isEmpty()
                || listen != null
                || behindProxy != null
                || machines != null
                || !Wishes.ofFeeds(System.getenv()).isEmpty();
    }

    /** Beside the proxy's connection, ours is as open as without one. */
    private void warn() {
        if (listen == null || InetAddress.ofLiteral(listen).isLoopbackAddress()) {
            return;
        }
        Said.warning(
                spec,
                behindProxy == null
                        ? "%s is reached by plain http: whoever sees the traffic reads keys and packages. Put a proxy with TLS before it, and start with --behind-proxy."
                                .formatted(listen)
                        : "%s is reached by plain http, too: let only the proxy through to it, or whoever sees the traffic reads keys and packages."
                                .formatted(listen));
    }

    private Wishes wishes(Map<String, Integer> ports) {
        try {
            return new Wishes(
                    ports,
                    settings,
                    pods,
                    false,
                    Optional.ofNullable(listen),
                    Optional.ofNullable(behindProxy),
                    Optional.ofNullable(machines),
                    Wishes.ofFeeds(System.getenv()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(Said.commandLine(spec), e.getMessage(), e);
        }
    }
}
