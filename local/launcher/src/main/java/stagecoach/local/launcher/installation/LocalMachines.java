package stagecoach.local.launcher.installation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.ApiClient;
import stagecoach.local.launcher.process.LogFile;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.program.TentacleProgram;
import stagecoach.local.launcher.supervisor.ControlClient;

/**
 * Puts tentacles and caches beside a local default that runs: introduces them through the public
 * API, as anybody would, and has the supervisor keep them running.
 */
public final class LocalMachines {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The file that a tentacle writes into its home when it is enrolled. */
    private static final String ENROLLED = "config.json";

    private static final Duration READY_MAX = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Checkout checkout;
    private final Path folder;
    private final ControlClient control;
    private final String adminKey;
    private final ApiClient api;

    /**
     * Those beside a local default that runs.
     *
     * @param folder of the local default
     */
    public LocalMachines(Checkout checkout, Path folder, ControlClient control)
            throws IOException, InterruptedException {
        this.checkout = checkout;
        this.folder = folder;
        this.control = control;
        Map<String, String> facts = control.status().facts();
        this.adminKey = Files.readString(Path.of(fact(facts, "adminKeyFile"))).strip();
        this.api = new ApiClient(URI.create(fact(facts, "baseUrl")), Optional.of(adminKey));
    }

    static String fact(Map<String, String> facts, String name) throws IOException {
        @Nullable String value = facts.get(name);
        if (value == null) {
            throw new IOException("the local default does not tell its " + name);
        }
        return value;
    }

    /**
     * A machine that is wanted: a target of environments, or a worker of a pool.
     *
     * @param gateway where it dials, if not the gateway itself
     * @param bytes where it reads packages through the server, if not the gateway itself
     * @param home its disk, if not the usual folder
     * @param listens the port at which the gateway dials it; empty if it dials itself
     */
    public record Machine(
            String name,
            Optional<String> region,
            List<String> environments,
            List<String> tags,
            Optional<String> workerPool,
            Optional<URI> gateway,
            Optional<URI> bytes,
            Optional<Path> home,
            Optional<Integer> listens) {
        public Machine {
            environments = List.copyOf(environments);
            tags = List.copyOf(tags);
        }

        /** One that dials. */
        public Machine(
                String name,
                Optional<String> region,
                List<String> environments,
                List<String> tags,
                Optional<String> workerPool,
                Optional<URI> gateway,
                Optional<URI> bytes,
                Optional<Path> home) {
            this(
                    name,
                    region,
                    environments,
                    tags,
                    workerPool,
                    gateway,
                    bytes,
                    home,
                    Optional.empty());
        }

        /** The same, dialled by the gateway at a port of this computer. */
        public Machine listeningAt(int port) {
            return new Machine(
                    name,
                    region,
                    environments,
                    tags,
                    workerPool,
                    gateway,
                    bytes,
                    home,
                    Optional.of(port));
        }
    }

    /** The public API, with the admin's key. */
    public ApiClient api() {
        return api;
    }

    /** The admin's API key. */
    public String adminKey() {
        return adminKey;
    }

    /** Where tentacles dial. */
    public URI agentUrl() throws IOException, InterruptedException {
        return URI.create(fact(control.status().facts(), "agentUrl"));
    }

    /** Where tentacles read packages through the server. */
    public URI bytesUrl() throws IOException, InterruptedException {
        return URI.create(fact(control.status().facts(), "bytesUrl"));
    }

    /** Where the database listens: host, port and name. */
    public String postgres() throws IOException, InterruptedException {
        return fact(control.status().facts(), "postgres");
    }

    /** The database's password. */
    public String postgresPassword() throws IOException {
        return Files.readString(folder.resolve("secrets/postgres-password")).strip();
    }

    /** Where the broker listens. */
    public String kafka() throws IOException, InterruptedException {
        return fact(control.status().facts(), "kafka");
    }

    /** The processes that run now, the supervisor included. */
    public List<Long> pids() throws IOException, InterruptedException {
        var status = control.status();
        return Stream.concat(
                        status.supervisor().stream(),
                        status.processes().stream().flatMap(row -> row.identity().stream()))
                .map(ProcessIdentity::pid)
                .toList();
    }

    /**
     * The processes that run now, by name, the database's own included, which is no descendant of
     * the one that started it. The supervisor is left out: it only looks on.
     */
    public Map<String, List<Long>> processes() throws IOException, InterruptedException {
        Map<String, List<Long>> processes = new LinkedHashMap<>();
        for (ProcessStatus row : control.status().processes()) {
            row.identity().ifPresent(it -> processes.put(row.name(), List.of(it.pid())));
        }
        Path postmaster = folder.resolve("postgres/data/postmaster.pid");
        if (Files.exists(postmaster)) {
            processes.put(
                    "database", List.of(Long.valueOf(Files.readAllLines(postmaster).getFirst())));
        }
        return processes;
    }

    /** Whether the tentacle of this folder is enrolled. */
    public static boolean isEnrolled(Path home) {
        return Files.exists(home.resolve(ENROLLED));
    }

    /** What a start has done. */
    public enum Done {
        /** It runs now. */
        STARTED,
        /** It ran already, and nothing was changed. */
        ALREADY_RAN
    }

    /**
     * Enrols a tentacle once, or registers one that listens, and starts it; returns when it begins
     * to dial, or to listen. What it names and is not there yet (environments, region, worker pool)
     * is created.
     */
    public Done startTentacle(Machine machine) throws IOException, InterruptedException {
        String process = "tentacle-" + machine.name();
        if (isRunning(process)) {
            return Done.ALREADY_RAN;
        }
        TentacleProgram program = checkout.tentacle();
        program.train();
        Path home = machine.home().orElse(LocalDefault.tentacleHome(folder, machine.name()));
        new Introduction(this, control, folder).introduce(program, machine, home);
        Map<String, String> options = new HashMap<>();
        options.put("home", home.toString());
        machine.gateway().ifPresent(uri -> options.put("gateway", uri.toString()));
        machine.bytes().ifPresent(uri -> options.put("bytes", uri.toString()));
        control.add("tentacle", machine.name(), options);
        return Done.STARTED;
    }

    /**
     * Starts a cache and returns when it listens.
     *
     * @return where
     */
    public URI startCache(String name) throws IOException, InterruptedException {
        String process = control.add("cache", name, Map.of());
        awaitReady(process);
        return URI.create(
                row(process)
                        .flatMap(ProcessStatus::url)
                        .orElseThrow(() -> new IOException(process + " tells no address")));
    }

    /** Where a cache that was started here answers NuGet clients. */
    public URI nugetIndexOf(String name) throws IOException {
        int port =
                FreePorts.known(
                                LocalDefault.portsFile(folder),
                                LocalDefault.nugetOf("cache-" + name))
                        .orElseThrow(
                                () -> new IOException("cache-" + name + " has no port for NuGet"));
        return URI.create("http://127.0.0.1:%d/nuget/v3/index.json".formatted(port));
    }

    /**
     * Registers a cache; its region is created if it is not there.
     *
     * @param url as its region's machines reach it
     * @param pushUrl as the server reaches it
     * @param pullUrl as it reaches the server
     */
    public void registerCache(String name, String region, URI url, URI pushUrl, URI pullUrl)
            throws IOException, InterruptedException {
        Introduction.createMissing(api, "/regions/" + region);
        Path thumbprint =
                LocalDefault.cacheHome(folder, name).resolve("identity").resolve("thumbprint");
        JsonNode cache =
                MAPPER.createObjectNode()
                        .put("region", region)
                        .put("kind", "STAGECOACH")
                        .put("url", url.toString())
                        .put("pushUrl", pushUrl.toString())
                        .put("pullUrl", pullUrl.toString())
                        .put("thumbprint", Files.readString(thumbprint).strip());
        Patience.with(() -> api.put("/caches/" + name, cache));
    }

    /** Where a cache that reaches the server directly pulls from. */
    public URI pullUrl() throws IOException, InterruptedException {
        return URI.create(fact(control.status().facts(), "pullUrl"));
    }

    /** Ends a tentacle or cache; what is configured about it stays. */
    public void stop(String processName) throws IOException, InterruptedException {
        control.remove(processName);
    }

    /** Whether a process of this name runs or is being started. */
    public boolean isRunning(String processName) throws IOException, InterruptedException {
        return row(processName)
                .filter(
                        it ->
                                it.state() != ProcessState.FAILED
                                        && it.state() != ProcessState.STOPPED)
                .isPresent();
    }

    /**
     * Returns when a process is ready; fails with its last lines when it is not in five minutes.
     */
    public void awaitReady(String processName) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + READY_MAX.toNanos();
        while (true) {
            Optional<ProcessStatus> row = row(processName);
            boolean failed = row.isEmpty() || row.get().state() == ProcessState.FAILED;
            if (row.isPresent() && row.get().state() == ProcessState.READY) {
                return;
            }
            if (failed || System.nanoTime() > giveUp) {
                List<String> tail = new LogFile(folder.resolve("logs"), processName).tail(12);
                throw new IOException(
                        "%s does not get ready:%n  %s"
                                .formatted(processName, String.join("\n  ", tail)));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** What is known of a process; empty if there is none of this name. */
    Optional<ProcessStatus> row(String processName) throws IOException, InterruptedException {
        return control.status().process(processName);
    }
}
