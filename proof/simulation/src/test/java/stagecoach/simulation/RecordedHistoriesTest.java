package stagecoach.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentReport;
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
import stagecoach.steprunner.run.StepRunDecider;
import stagecoach.wire.StagecoachJson;

/**
 * Histories that were recorded once must be readable and make sense for ever: one line per event,
 * the stream's name before it. Those of {@code real-*} are deployments of a whole local default, as
 * {@code stagecoach events} told them (a plain one, one that asked a person, one that failed and
 * was retried, one that was cancelled); those of {@code seed-*} were simulated. Files are added
 * (for a seed with {@code -Dhistories.write=true -Dhistories.seed=N}), never changed.
 */
class RecordedHistoriesTest {
    private static final Path FOLDER = Path.of("src/test/resources/histories");

    static Stream<Path> histories() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("histories")
    void a_recorded_history_replays_and_stays_what_it_is(Path file) throws IOException {
        var streams = new java.util.LinkedHashMap<StreamId, List<String>>();
        for (String line : Files.readAllLines(file)) {
            int space = line.indexOf(' ');
            streams.computeIfAbsent(new StreamId(line.substring(0, space)), _ -> new ArrayList<>())
                    .add(line.substring(space + 1));
        }
        assertThat(streams).isNotEmpty();
        for (var stream : streams.entrySet()) {
            replay(stream.getKey(), stream.getValue());
        }
    }

    private static void replay(StreamId stream, List<String> events) throws IOException {
        switch (stream.kind()) {
            case "deployment" -> {
                var state = replay(new DeploymentDecider(), DeploymentEvent.class, stream, events);
                if (StagecoachJson.read(events.getLast(), DeploymentEvent.class)
                        instanceof DeploymentEvent.DeploymentEnded end) {
                    assertThat(state)
                            .as(stream.value())
                            .isInstanceOfSatisfying(
                                    Deployment.Ended.class,
                                    ended -> assertThat(ended.state()).isEqualTo(end.state()));
                }
            }
            case "steprun" -> {
                var state = replay(new StepRunDecider(), StepRunEvent.class, stream, events);
                if (StagecoachJson.read(events.getLast(), StepRunEvent.class)
                        instanceof StepRunEvent.StepRunEnded) {
                    assertThat(new StepRunDecider().timersOf(state)).as(stream.value()).isEmpty();
                }
            }
            case "acquisition" -> {
                var state =
                        replay(new AcquisitionDecider(), AcquisitionEvent.class, stream, events);
                if (StagecoachJson.read(events.getLast(), AcquisitionEvent.class)
                        instanceof AcquisitionEvent.AcquisitionEnded) {
                    assertThat(state).as(stream.value()).isInstanceOf(Acquisition.Ended.class);
                }
            }
            case "ticket" -> replay(new TicketDecider(), AgentReport.class, stream, events);
            case "agent" -> replay(new AgentDecider(), AgentReport.class, stream, events);
            default -> throw new IllegalArgumentException("nobody owns the stream " + stream);
        }
    }

    private static <S, C, E> S replay(
            Decider<S, C, E> decider, Class<E> family, StreamId stream, List<String> events)
            throws IOException {
        S state = decider.initial();
        for (String json : events) {
            E event = StagecoachJson.read(json, family);
            JsonNode again = StagecoachJson.mapper().readTree(StagecoachJson.text(event));
            JsonNode recorded = StagecoachJson.mapper().readTree(json);
            recorded.fieldNames()
                    .forEachRemaining(
                            field ->
                                    assertThat(again.has(field))
                                            .as("%s: %s is still read", stream, field)
                                            .isTrue());
            state = decider.evolve(state, event);
        }
        assertThat(state).as(stream.value()).isNotEqualTo(decider.initial());
        return state;
    }

    @Test
    @EnabledIfSystemProperty(
            named = "histories.write",
            matches = "true",
            disabledReason = "it records a new history, on demand")
    void a_new_history_is_recorded() throws IOException {
        long seed = Long.getLong("histories.seed", 1);
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
                                                        stream
                                                                + " "
                                                                + StagecoachJson.text(event))));
        Files.createDirectories(FOLDER);
        Files.write(file, lines);
    }
}
