package stagecoach.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.channel.EventType;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.gateway.command.TicketDecider;
import stagecoach.gateway.presence.AgentDecider;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentDecider;
import stagecoach.packages.acquisition.Acquisition;
import stagecoach.packages.acquisition.AcquisitionDecider;
import stagecoach.runtime.codec.Codecs;
import stagecoach.steprunner.run.StepRunDecider;
import stagecoach.wire.StagecoachJson;

/**
 * Histories that were recorded once must be readable and make sense for ever: one line per event,
 * the stream's name and the event's type before it. Those of {@code real-*} are deployments of a
 * whole local default, as {@code stagecoach events} told them to the system tests; those of {@code
 * seed-*} were simulated. Files are added ({@code read-a-finding.md} says how), never changed.
 */
class RecordedHistoriesTest {
    private static final Path FOLDER = Path.of("src/test/resources/histories");
    private static final Codecs CODECS = Codecs.withoutUpcasters();

    /**
     * The events of which deciders make states; those of configuration and packages are told only.
     */
    private static final List<Class<?>> FAMILIES =
            List.of(
                    DeploymentEvent.class,
                    StepRunEvent.class,
                    AcquisitionEvent.class,
                    AgentReport.class);

    /** What no system test brings about yet; each has its golden file. */
    private static final Map<String, String> UNRECORDED =
            Map.of(
                    "stagecoach.AgentRevoked.v1",
                    "a machine whose trust is taken away comes back to no test",
                    "stagecoach.AgentCertificateRenewed.v1",
                    "no machine of a system test gives itself another key",
                    "stagecoach.SourcesMeasured.v1",
                    "machines measure their distance to caches only where there are several",
                    "stagecoach.PackagesBegun.v1",
                    "machines tell what an interrupted fetch has left, and none is interrupted",
                    "stagecoach.MachineTidied.v1",
                    "no disk of a system test is full, and no machine keeps too little",
                    "stagecoach.EntryRefused.v1",
                    "nobody knocks at the gateway's door who should not",
                    "stagecoach.IntegrityBroken.v1",
                    "a cache that gives damaged bytes is played by the package-service's tests",
                    "stagecoach.PackagePinned.v1",
                    "no decider makes it: a release pins what it needs before");

    static Stream<Path> histories() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    /**
     * An event of a recorded history.
     *
     * @param type as the store has it
     */
    private record Line(StreamId stream, String type, String json) {
        /** Those that have no type are from when there was but one version of each. */
        static Line of(String text) {
            String[] parts = text.split(" ", 2);
            String rest = parts[1];
            if (rest.startsWith("{")) {
                String name = StagecoachJson.read(rest, JsonNode.class).path("type").asText();
                return new Line(new StreamId(parts[0]), "stagecoach." + name + ".v1", rest);
            }
            String[] typed = rest.split(" ", 2);
            return new Line(new StreamId(parts[0]), typed[0], typed[1]);
        }
    }

    private static List<Line> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Line::of).toList();
    }

    @ParameterizedTest
    @MethodSource("histories")
    void a_recorded_history_replays_and_stays_what_it_is(Path file) throws IOException {
        var streams = new LinkedHashMap<StreamId, List<Line>>();
        for (Line line : lines(file)) {
            streams.computeIfAbsent(line.stream(), _ -> new ArrayList<>()).add(line);
        }
        assertThat(streams).isNotEmpty();
        streams.forEach(RecordedHistoriesTest::replay);
    }

    @Test
    void every_event_that_a_decider_believes_is_in_a_recorded_history() throws IOException {
        Set<String> recorded = new TreeSet<>();
        for (Path file : histories().toList()) {
            lines(file).forEach(line -> recorded.add(line.type()));
        }
        Set<String> missing = new TreeSet<>();
        for (Class<?> family : FAMILIES) {
            for (Class<?> event : family.getPermittedSubclasses()) {
                missing.add(EventType.of(event).value());
            }
        }
        missing.removeAll(recorded);
        assertThat(missing).as("of those that are in none").containsAll(UNRECORDED.keySet());
        missing.removeAll(UNRECORDED.keySet());
        assertThat(missing)
                .as("record a deployment in which it happens, see docs/how-to/read-a-finding.md")
                .isEmpty();
    }

    private static void replay(StreamId stream, List<Line> lines) {
        switch (stream.kind()) {
            case "deployment" -> {
                var replayed = replay(new DeploymentDecider(), DeploymentEvent.class, lines);
                if (replayed.last() instanceof DeploymentEvent.DeploymentEnded end) {
                    assertThat(replayed.state())
                            .as(stream.value())
                            .isInstanceOfSatisfying(
                                    Deployment.Ended.class,
                                    ended -> assertThat(ended.state()).isEqualTo(end.state()));
                }
            }
            case "steprun" -> {
                var replayed = replay(new StepRunDecider(), StepRunEvent.class, lines);
                if (replayed.last() instanceof StepRunEvent.StepRunEnded) {
                    assertThat(new StepRunDecider().timersOf(replayed.state()))
                            .as(stream.value())
                            .isEmpty();
                }
            }
            case "acquisition" -> {
                var replayed = replay(new AcquisitionDecider(), AcquisitionEvent.class, lines);
                if (replayed.last() instanceof AcquisitionEvent.AcquisitionEnded) {
                    assertThat(replayed.state())
                            .as(stream.value())
                            .isInstanceOf(Acquisition.Ended.class);
                }
            }
            case "ticket" -> replay(new TicketDecider(), AgentReport.class, lines);
            case "agent" -> replay(new AgentDecider(), AgentReport.class, lines);
            default -> throw new IllegalArgumentException("nobody owns the stream " + stream);
        }
    }

    /** What came of a stream. */
    private record Replayed<S, E>(S state, E last) {}

    /** Read as the store reads it: by its type, old ones lifted. */
    private static <S, C, E> Replayed<S, E> replay(
            Decider<S, C, E> decider, Class<E> family, List<Line> lines) {
        S state = decider.initial();
        E last = null;
        for (Line line : lines) {
            last = CODECS.decode(family, line.type(), bytes(line.json()));
            if (line.type().equals(Codecs.typeOf(last))) {
                assertSame(
                        StagecoachJson.read(line.json(), JsonNode.class),
                        StagecoachJson.read(CODECS.encode(last), JsonNode.class),
                        line.stream() + " " + line.type());
            }
            state = decider.evolve(state, last);
        }
        assertThat(state).as("%s", lines.getFirst().stream()).isNotEqualTo(decider.initial());
        return new Replayed<>(state, Objects.requireNonNull(last));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean saysNothing(JsonNode value) {
        return value.isContainerNode() ? value.isEmpty() : value.isBoolean() && !value.asBoolean();
    }

    /** It says the same as it did; what came later may be there, and says nothing. */
    private static void assertSame(JsonNode recorded, JsonNode again, String where) {
        if (recorded.isObject() && again.isObject()) {
            for (var field : recorded.properties()) {
                assertSame(
                        field.getValue(), again.path(field.getKey()), where + "." + field.getKey());
            }
            for (var field : again.properties()) {
                if (!recorded.has(field.getKey())) {
                    assertThat(saysNothing(field.getValue()))
                            .as("%s.%s was not recorded", where, field.getKey())
                            .isTrue();
                }
            }
        } else if (recorded.isArray() && again.size() == recorded.size()) {
            for (int i = 0; i < recorded.size(); i++) {
                assertSame(recorded.get(i), again.path(i), where + "[" + i + "]");
            }
        } else {
            assertThat(again).as(where).isEqualTo(recorded);
        }
    }

    @Test
    @EnabledIfSystemProperty(
            named = "histories.write",
            matches = "true",
            disabledReason = "it records a new history, on demand")
    void a_new_history_is_recorded() throws IOException {
        for (String seed : System.getProperty("histories.seeds", "1").split(",", -1)) {
            record(Long.parseLong(seed));
        }
    }

    private static void record(long seed) throws IOException {
        var file = FOLDER.resolve("seed-%d.jsonl".formatted(seed));
        assertThat(file).as("a history that is there already").doesNotExist();
        var lines = new ArrayList<String>();
        Simulation.play(seed)
                .histories()
                .forEach(
                        (stream, events) ->
                                events.forEach(
                                        event ->
                                                lines.add(
                                                        "%s %s %s"
                                                                .formatted(
                                                                        stream,
                                                                        Codecs.typeOf(event),
                                                                        StagecoachJson.text(
                                                                                event)))));
        Files.createDirectories(FOLDER);
        Files.write(file, lines);
    }
}
