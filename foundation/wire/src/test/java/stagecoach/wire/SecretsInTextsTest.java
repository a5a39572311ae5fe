package stagecoach.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.internal.KeepOutputs;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/** A secret never gets into a log or a message by way of a record that is put into a sentence. */
class SecretsInTextsTest {
    private static final String PLANTED = "planted-secret";
    private static final Map<String, String> VALUES = Map.of("Name", PLANTED);
    private static final Ticket TICKET = Ticket.parse("6c1f0b0e-3c53-5f0d-9d0e-7a3b5f2d9c41");

    /** What components are called that hold secrets. */
    private static final Set<String> SECRET =
            Set.of("masks", "variables", "secrets", "prompted", "token", "password");

    private static final CommandPayload SCRIPT =
            new CommandPayload.Script(Syntax.BASH, "login " + PLANTED, VALUES, List.of(PLANTED));

    private static final List<Record> PLANTED_IN =
            List.of(
                    (CommandPayload.Script) SCRIPT,
                    new CommandPayload.Install(
                            "/srv/" + PLANTED, List.of(), VALUES, List.of(PLANTED)),
                    new CommandPayload.Http(
                            "http://" + PLANTED,
                            "GET",
                            List.of(200),
                            Optional.of(PLANTED),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(1),
                            List.of(PLANTED)),
                    new Plan(
                            new ProjectId("shop"),
                            new ReleaseVersion("1.2"),
                            new EnvironmentId("production"),
                            new DeploymentProcess(List.of()),
                            List.of(new Variable("Name", PLANTED, true, Scope.EVERYWHERE)),
                            VALUES,
                            List.of(),
                            Optional.empty()),
                    new Enrolment.Request(PLANTED, "1"),
                    new GatewayFrame.CacheGrant(new CacheId("eu-1"), PLANTED),
                    new TentacleFrame.Ended(TICKET, Examples.of(CommandResult.class), VALUES));

    @Test
    void no_record_tells_what_it_holds_of_secrets() {
        var around = new ArrayList<Record>(PLANTED_IN);
        around.add(new ReadPayloads.Entry(TICKET, new Digest("ab".repeat(32)), SCRIPT));
        around.add(new KeepOutputs.Request(TICKET, VALUES));
        assertThat(around)
                .allSatisfy(record -> assertThat(record.toString()).doesNotContain(PLANTED));
    }

    @Test
    void every_record_that_holds_secrets_is_looked_at_here() throws Exception {
        assertThat(recordsOfContracts())
                .filteredOn(
                        type ->
                                Arrays.stream(type.getRecordComponents())
                                        .anyMatch(part -> SECRET.contains(part.getName())))
                .containsExactlyInAnyOrderElementsOf(
                        PLANTED_IN.stream().map(Object::getClass).collect(Collectors.toSet()));
    }

    private static List<Class<?>> recordsOfContracts() throws Exception {
        URI source = Plan.class.getProtectionDomain().getCodeSource().getLocation().toURI();
        if (Files.isDirectory(Path.of(source))) {
            return recordsBelow(Path.of(source));
        }
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(source))) {
            return recordsBelow(jar.getPath("/"));
        }
    }

    private static List<Class<?>> recordsBelow(Path root) throws IOException {
        var records = new ArrayList<Class<?>>();
        try (var files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name =
                        root.relativize(file).toString().replace('/', '.').replace(".class", "");
                if (name.endsWith("-info")) {
                    continue;
                }
                Class<?> type = classCalled(name);
                if (type.isRecord()) {
                    records.add(type);
                }
            }
        }
        return records;
    }

    private static Class<?> classCalled(String name) {
        try {
            return Class.forName(name, false, Plan.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
