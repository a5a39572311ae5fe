package stagecoach.vocabulary.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {
    @Test
    void it_reads_what_it_writes() {
        var third = new RunId(new DeploymentId("7f3k9qzm"), new Run(3));
        assertThat(third).hasToString("7f3k9qzm-3");
        assertThat(RunId.parse("7f3k9qzm-3")).isEqualTo(third);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "7f3k9qzm", "7f3k9qzm-", "7f3k9qzm-0", "7f3k9qzm-x", "-3"})
    void what_names_no_run_of_a_deployment_is_refused(String text) {
        assertThatThrownBy(() -> RunId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no run of a deployment");
    }
}
