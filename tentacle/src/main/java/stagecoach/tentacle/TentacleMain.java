package stagecoach.tentacle;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.inspect.Check;
import stagecoach.tentacle.inspect.Show;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.rehearsal.Rehearsal;
import stagecoach.tentacle.script.Spelling;
import stagecoach.tentacle.session.EnrolClient;
import stagecoach.tentacle.session.SessionRules;
import stagecoach.tentacle.session.Tentacle;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * The tentacle's command line; {@link Usage} has the commands. Exit codes: 0 done, 1 it did not
 * work, 2 misused, 70 a fault in the program, 77 the gateway wants this machine to stay away.
 */
public final class TentacleMain {
    private static final int FAILED = 1;
    static final int MISUSED = 2;
    static final int STAY_AWAY = 77;
    private static final int FAULT = 70;
    private static final String ALLOW_ROOT = "--allow-root";
    private static final long CLOSING_SECONDS_MAX = 2;

    private TentacleMain() {}

    /** Runs the command line. */
    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(TentacleMain::fault);
        Runtime.getRuntime().exit(run(List.of(args)));
    }

    /** Half a tentacle is worse than none: a new process takes up what this one leaves. */
    private static void fault(Thread thread, Throwable fault) {
        try {
            System.err.println("A fault in the tentacle, thread " + thread.getName() + ":");
            fault.printStackTrace();
        } finally {
            Runtime.getRuntime().halt(FAULT);
        }
    }

    static int run(List<String> typed) {
        Logs.configure();
        ServerAddresses.allowHostHeader();
        Routes.allowBasic();
        try {
            Arguments arguments = Arguments.parse(typed, Usage.COMMANDS);
            return switch (arguments.command()) {
                case "enrol" -> enrol(arguments);
                case "listen" -> listen(arguments);
                case "configure" -> configure(arguments);
                case "rotate-certificate" -> rotate(arguments);
                case "run" -> work(arguments);
                case "show" -> show(arguments);
                case "check" -> check(arguments);
                case "rehearse" -> rehearse(arguments);
                default -> {
                    System.out.print(Usage.HELP);
                    yield 0;
                }
            };
        } catch (Arguments.Misused e) {
            System.err.println(e.getMessage() + "\n");
            System.err.print(Usage.HELP);
            return MISUSED;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return MISUSED;
        } catch (EnrolClient.Refused e) {
            System.err.println(e.getMessage());
            return FAILED;
        } catch (IOException e) {
            System.err.println(sentence(e));
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private static String sentence(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e.getClass().equals(IOException.class)
                ? message
                : e.getClass().getSimpleName() + ": " + message;
    }

    private static int enrol(Arguments arguments)
            throws Arguments.Misused, IOException, InterruptedException, EnrolClient.Refused {
        String token = EnrolmentToken.read(arguments, System.in);
        URI gateway = Settings.endpoint("--gateway", arguments.required("--gateway"));
        Optional<URI> bytes = endpoint(arguments, "--bytes");
        Home home = Home.open(Path.of(arguments.required("--home")));
        // One that runs would go on with what it read when it began.
        home.occupy();
        Settings settings =
                EnrolClient.enrol(
                        token,
                        new EnrolClient.Place(
                                gateway, bytes, proxy(arguments, ProxySettings.USUAL)),
                        home.identity(),
                        Version.current());
        home.enrolled(settings);
        System.out.println("Enrolled as " + settings.agent() + ".");
        return 0;
    }

    private static int listen(Arguments arguments) throws Arguments.Misused, IOException {
        AgentId agent = new AgentId(arguments.required("--agent"));
        List<Thumbprint> trusted =
                Stream.of(arguments.required("--trust").split(",", -1))
                        .map(Thumbprint::parse)
                        .toList();
        Settings.Listening where =
                Settings.Listening.parse(
                        arguments.required("--port"), trusted.subList(1, trusted.size()));
        Optional<URI> bytes = endpoint(arguments, "--bytes");
        Home home = Home.open(Path.of(arguments.required("--home")));
        // One that runs would go on with what it read when it began.
        home.occupy();
        home.enrolled(
                new Settings(agent, where, bytes, trusted.getFirst())
                        .via(proxy(arguments, ProxySettings.USUAL)));
        System.out.println(
                "This machine listens as %s at %s when it runs. Register it with the address at which the gateway reaches that port, and with its thumbprint %s."
                        .formatted(agent, where, home.identity().thumbprint()));
        return 0;
    }

    private static int configure(Arguments arguments) throws Arguments.Misused, IOException {
        Home home = Home.open(Path.of(arguments.required("--home")));
        Settings settings = enrolled(home);
        // One that runs would go on with what it read when it began.
        home.occupy();
        Settings changed = settings.via(proxy(arguments, settings.proxy()));
        Optional<URI> server = changed.gateway().or(changed::bytes);
        // First: what cannot be used changes nothing.
        Routes routes = changed.routes();
        home.configured(changed);
        if (server.isEmpty()) {
            System.out.println("Settled.");
            return 0;
        }
        String way = routes.to(server.get()).map(p -> "through " + p).orElse("directly");
        System.out.println("%s is reached %s.".formatted(server.get(), way));
        return 0;
    }

    private static int rotate(Arguments arguments) throws Arguments.Misused, IOException {
        Home home = Home.open(Path.of(arguments.required("--home")));
        Settings settings = enrolled(home);
        System.out.println(
                "The next certificate of %s has the thumbprint %s. It is used as soon as the tentacle, which must run for it, has told its gateway."
                        .formatted(settings.agent(), home.certificates().prepare().thumbprint()));
        return 0;
    }

    private static ProxySettings proxy(Arguments arguments, ProxySettings before) {
        return before.with(
                arguments.option("--proxy"),
                arguments.option("--no-proxy"),
                arguments
                        .option("--proxy-credentials-file")
                        .map(
                                file ->
                                        file.equals(ProxySettings.ENVIRONMENT)
                                                ? file
                                                : Path.of(file).toAbsolutePath().toString()));
    }

    private static Settings enrolled(Home home) throws IOException {
        return home.settings()
                .orElseThrow(
                        () ->
                                new IOException(
                                        "%s is not enrolled. Ask the server for an enrolment and run the command line that it gives."
                                                .formatted(home.root())));
    }

    private static int work(Arguments arguments)
            throws Arguments.Misused, IOException, InterruptedException {
        if (isRoot() && !arguments.has(ALLOW_ROOT)) {
            throw new Arguments.Misused(
                    "The tentacle does not run as root, since every script would be root, too. Run it as a user of its own, or say %s."
                            .formatted(ALLOW_ROOT));
        }
        Spelling.ofThisProcess()
                .shortcoming()
                .ifPresent(what -> System.err.println("warning: " + what + "."));
        Home home = Home.open(Path.of(arguments.required("--home")));
        Settings settings =
                enrolled(home)
                        .through(endpoint(arguments, "--gateway"), endpoint(arguments, "--bytes"));
        settings =
                settings.keeping(
                        settings.keep()
                                .with(
                                        arguments.option("--keep-free"),
                                        arguments.option("--keep-days"),
                                        arguments.option("--keep-versions")));
        home.occupy();
        Vertx vertx = vertx();
        AtomicBoolean said = new AtomicBoolean();
        Tentacle tentacle =
                Tentacle.open(
                        home,
                        settings,
                        vertx,
                        Version.current(),
                        SessionRules.USUAL,
                        FetchRules.USUAL,
                        () -> {
                            if (!said.getAndSet(true)) {
                                System.out.println("READY");
                            }
                        });
        Thread ending = new Thread(() -> end(tentacle, vertx), "end");
        Runtime.getRuntime().addShutdownHook(ending);
        String words = tentacle.run();
        if (words.isEmpty()) {
            return 0;
        }
        System.err.println("The gateway wants this machine to stay away: " + words);
        return STAY_AWAY;
    }

    /** Says goodbye quickly: scripts go on, and what they do is in the journal. */
    private static void end(Tentacle tentacle, Vertx vertx) {
        tentacle.stop();
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(CLOSING_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            System.err.println("The connection did not close in time: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException notLinux) {
            return "root".equals(System.getProperty("user.name"));
        }
    }

    private static int show(Arguments arguments) throws Arguments.Misused, IOException {
        System.out.print(
                Show.of(
                        Path.of(arguments.required("--home")),
                        Version.current(),
                        Tentacle.capabilities()));
        return 0;
    }

    private static int check(Arguments arguments)
            throws Arguments.Misused, IOException, InterruptedException {
        Check.Report report = Check.of(Path.of(arguments.required("--home")));
        System.out.print(report.text());
        return report.works() ? 0 : FAILED;
    }

    private static int rehearse(Arguments arguments) throws IOException, InterruptedException {
        System.out.println(
                Rehearsal.perform(vertx(), arguments.option("--aot-cache").map(Path::of)));
        return 0;
    }

    private static Optional<URI> endpoint(Arguments arguments, String option) {
        return arguments.option(option).map(text -> Settings.endpoint(option, text));
    }

    /** As small as it gets: one connection needs one thread. */
    private static Vertx vertx() {
        Map<String, String> properties =
                Map.of(
                        "vertx.disableDnsResolver", "true",
                        "vertx.disableFileCaching", "true",
                        "vertx.disableFileCPResolving", "true",
                        // Or Netty asks every network interface for its address, which can take
                        // seconds.
                        "io.netty.machineId", "02:00:00:00:00:01",
                        // Whoever dials a machine that listens is asked who it is each time.
                        "jdk.tls.server.newSessionTicketCount", "0",
                        // A pool begins with megabytes for what an idle session never needs.
                        "io.netty.allocator.numDirectArenas", "0",
                        "io.netty.allocator.numHeapArenas", "0",
                        "io.netty.allocator.type", "unpooled");
        properties.forEach(
                (name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
        loadTlsWithoutTrustStore();
        return Vertx.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(1)
                        .setWorkerPoolSize(1)
                        .setInternalBlockingPoolSize(1)
                        .setFileSystemOptions(
                                new FileSystemOptions()
                                        .setFileCachingEnabled(false)
                                        .setClassPathResolvingEnabled(false)));
    }

    /**
     * Netty's TLS reads the JDK's trust store once, for nothing that is needed here: that costs 2
     * MB and a tenth of a second. Whoever asks for the store later gets it.
     */
    private static void loadTlsWithoutTrustStore() {
        String property = "javax.net.ssl.trustStore";
        String before = System.getProperty(property);
        System.setProperty(property, "NONE");
        try {
            Class.forName("io.netty.handler.ssl.JdkSslContext");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Vert.x brings Netty's TLS", e);
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }
}
