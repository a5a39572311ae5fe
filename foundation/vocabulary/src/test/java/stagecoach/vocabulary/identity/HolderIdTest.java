package stagecoach.vocabulary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HolderIdTest {
    @Test
    void a_target_is_its_bare_id_and_a_worker_of_that_name_is_another_one() {
        var target = HolderId.of(new TargetId("hq-1"));
        var worker = HolderId.of(new WorkerId("hq-1"));
        assertThat(target.value()).isEqualTo("hq-1");
        assertThat(worker.value()).isEqualTo("worker:hq-1");
        assertThat(target.target()).contains(new TargetId("hq-1"));
        assertThat(target.worker()).isEmpty();
        assertThat(worker.target()).isEmpty();
        assertThat(worker.worker()).contains(new WorkerId("hq-1"));
    }

    @Test
    void it_is_known_by_its_agent() {
        for (AgentId agent :
                List.of(AgentId.of(new TargetId("a")), AgentId.of(new WorkerId("a")))) {
            assertThat(HolderId.of(agent).agent()).isEqualTo(agent);
        }
    }

    @Test
    void people_read_which_kind_of_machine_it_is() {
        assertThat(HolderId.of(new TargetId("web-1")).shown()).isEqualTo("web-1");
        assertThat(HolderId.of(new WorkerId("hq-1")).shown()).isEqualTo("worker hq-1");
    }

    @Test
    void anything_else_is_refused() {
        assertThatThrownBy(() -> new HolderId("target:web-1"))
                .hasMessageContaining("holds no packages");
        assertThatThrownBy(() -> new HolderId("worker:")).hasMessageContaining("worker:<id>");
    }
}
