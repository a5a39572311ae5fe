package stagecoach.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.run.Pair;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.RunOn;

class StagecoachJsonTest {
    record Holder(
            ProjectId project,
            Run run,
            Optional<TargetId> target,
            Map<StepName, Duration> took,
            Instant at) {}

    @Test
    void typed_ids_are_bare_values_and_empty_is_left_out() {
        var holder =
                new Holder(
                        new ProjectId("shop"),
                        new Run(3),
                        Optional.empty(),
                        Map.of(new StepName("web"), Duration.ofSeconds(90)),
                        Instant.parse("2026-11-23T06:00:00Z"));
        String json =
                "{\"project\":\"shop\",\"run\":3,\"took\":{\"web\":\"PT1M30S\"},\"at\":\"2026-11-23T06:00:00Z\"}";
        assertThat(StagecoachJson.text(holder)).isEqualTo(json);
        assertThat(StagecoachJson.read(json, Holder.class)).isEqualTo(holder);
    }

    @Test
    void a_sealed_record_carries_its_name_whether_its_static_type_is_the_interface_or_not() {
        RunOn runOn = new RunOn.Targets(List.of());
        assertThat(StagecoachJson.text(runOn)).isEqualTo("{\"type\":\"Targets\",\"tags\":[]}");
        assertThat(StagecoachJson.read(StagecoachJson.text(runOn), RunOn.class)).isEqualTo(runOn);
        GatewayFrame frame = new GatewayFrame.Complete(Ticket.of("a"));
        assertThat(StagecoachJson.read(StagecoachJson.text(frame), GatewayFrame.class))
                .isEqualTo(frame);
        assertThat(StagecoachJson.read(StagecoachJson.text(frame), GatewayFrame.Complete.class))
                .isEqualTo(frame);
    }

    @Test
    void a_wrong_id_is_refused_with_the_rule_in_words() {
        assertThatThrownBy(() -> StagecoachJson.read("{\"step\":\"No Good\"}", Pair.class))
                .rootCause()
                .hasMessageContaining(
                        "\"No Good\" is no step id: use 1 to 64 lower-case letters, digits and inner hyphens");
    }

    @Test
    void unknown_fields_are_passed_over_in_history_and_refused_from_people() {
        String json = "{\"step\":\"web\",\"colour\":\"red\"}";
        assertThat(StagecoachJson.read(json, Pair.class).step()).isEqualTo(new StepName("web"));
        assertThatThrownBy(() -> StagecoachJson.strict().readValue(json, Pair.class))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("colour");
    }
}
