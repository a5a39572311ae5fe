package stagecoach.local.launcher.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WishesTest {
    @Test
    void wishes_reach_the_supervisor_as_they_were_said() {
        var wishes =
                new Wishes(
                        Map.of("edge", 8080),
                        Map.of(
                                "stagecoach.deployment.tasks-max",
                                "5",
                                "stagecoach.cancel.kill-after",
                                "PT0S=x"),
                        2,
                        true);
        assertThat(Wishes.of(wishes.arguments())).isEqualTo(wishes);
        assertThat(Wishes.of(Wishes.none().arguments())).isEqualTo(Wishes.none());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quarkus.http.port",
                "stagecoach.pod",
                "tasks-max",
                "stagecoach.deployment.Tasks",
                "stagecoach.deployment.tasks-max x",
                ""
            })
    void what_is_no_setting_of_a_service_is_refused_by_its_name(String name) {
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(name, "1"), 1, false))
                .hasMessageContaining("\"" + name + "\" is not a setting");
    }
}
