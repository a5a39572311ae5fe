package stagecoach.local.launcher.installation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.cli.client.ApiClient;
import stagecoach.local.launcher.installation.LocalMachines.Machine;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.program.TentacleProgram;
import stagecoach.local.launcher.supervisor.ControlClient;

/** Makes a tentacle and a local default known to each other, whichever of them is to dial. */
final class Introduction {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String GATEWAY = "agent-gateway";

    private final LocalMachines machines;
    private final ControlClient control;
    private final Path folder;

    /**
     * One beside these.
     *
     * @param folder of the local default
     */
    Introduction(LocalMachines machines, ControlClient control, Path folder) {
        this.machines = machines;
        this.control = control;
        this.folder = folder;
    }

    /** Does what is still to do for it; what it names and is not there is created. */
    void introduce(TentacleProgram program, Machine machine, Path home)
            throws IOException, InterruptedException {
        createMissing(machine);
        if (machine.listens().isPresent()) {
            // Again also for one that was here: an earlier time may have ended half way.
            register(program, machine, machine.listens().get(), home);
        } else if (!LocalMachines.isEnrolled(home)) {
            enrol(program, machine, home);
        }
    }

    private void createMissing(Machine machine) throws IOException, InterruptedException {
        List<String> paths = new ArrayList<>();
        machine.region().ifPresent(region -> paths.add("/regions/" + region));
        machine.workerPool().ifPresent(pool -> paths.add("/worker-pools/" + pool));
        machine.environments().forEach(each -> paths.add("/environments/" + each));
        for (String path : paths) {
            createMissing(machines.api(), path);
        }
    }

    /** Creates what has nothing but a name, unless it is there. */
    static void createMissing(ApiClient api, String path) throws IOException, InterruptedException {
        var named =
                MAPPER.createObjectNode().put("name", path.substring(path.lastIndexOf('/') + 1));
        Patience.with(() -> api.find(path).orElseGet(() -> api.put(path, named)));
    }

    /** The machine is told whom to let in, and the server where it is. */
    private void register(TentacleProgram program, Machine machine, int port, Path home)
            throws IOException, InterruptedException {
        String where = "127.0.0.1:" + port;
        String thumbprint =
                program.listen(
                        home,
                        kind(machine) + ":" + machine.name(),
                        where,
                        folder.resolve("gateway-identity"),
                        machines.bytesUrl().toString());
        Map<String, Object> document = document(machine);
        document.put("communication", "LISTENING");
        document.put("address", where);
        document.put("thumbprint", thumbprint);
        String path = "/%ss/%s".formatted(kind(machine), machine.name());
        Patience.with(() -> machines.api().put(path, MAPPER.valueToTree(document)));
    }

    private void enrol(TentacleProgram program, Machine machine, Path home)
            throws IOException, InterruptedException {
        Map<String, Object> document = document(machine);
        while (true) {
            Optional<ProcessIdentity> gateway = gateway();
            JsonNode enrolment =
                    Patience.with(
                            () ->
                                    machines.api()
                                            .post("/enrolments", Map.of(kind(machine), document)));
            Optional<String> refusal = refusal(program, home, enrolment.path("token").asText());
            if (refusal.isEmpty()) {
                return;
            }
            machines.awaitReady(GATEWAY);
            if (gateway.equals(gateway())) {
                throw new IOException(
                        "%s could not enrol: %s".formatted(machine.name(), refusal.get()));
            }
            // The gateway died meanwhile, maybe with its answer: a token is good for one attempt.
        }
    }

    private static String kind(Machine machine) {
        return machine.workerPool().isPresent() ? "worker" : "target";
    }

    private static Map<String, Object> document(Machine machine) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", machine.name());
        machine.region().ifPresent(region -> document.put("region", region));
        if (machine.workerPool().isPresent()) {
            document.put("workerPools", List.of(machine.workerPool().get()));
        } else {
            document.put("environments", machine.environments());
            document.put("tags", machine.tags());
        }
        return document;
    }

    private Optional<ProcessIdentity> gateway() throws IOException, InterruptedException {
        return machines.row(GATEWAY).flatMap(ProcessStatus::identity);
    }

    /** What the tentacle said when it could not enrol; empty if it could. */
    private Optional<String> refusal(TentacleProgram program, Path home, String token)
            throws IOException, InterruptedException {
        Map<String, String> facts = control.status().facts();
        return program.enrol(
                home,
                token,
                LocalMachines.fact(facts, "agentUrl"),
                LocalMachines.fact(facts, "bytesUrl"));
    }
}
