package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.vocabulary.identity.CacheId;

class MachineHealthTest {
    private static List<SourceLatency> eu(int millis) {
        return List.of(new SourceLatency(new CacheId("eu-1"), millis));
    }

    @Test
    void how_far_a_cache_is_is_told_when_it_is_new_gone_or_much_nearer_or_farther() {
        assertThat(MachineHealth.isNews(eu(100), List.of())).isTrue();
        assertThat(MachineHealth.isNews(List.of(), eu(100))).isTrue();
        assertThat(MachineHealth.isNews(List.of(), List.of())).isFalse();
        assertThat(MachineHealth.isNews(eu(120), eu(100))).isFalse();
        assertThat(MachineHealth.isNews(eu(140), eu(100))).isTrue();
        assertThat(MachineHealth.isNews(eu(70), eu(100))).isTrue();
        assertThat(MachineHealth.isNews(eu(4), eu(1))).isFalse();
    }
}
