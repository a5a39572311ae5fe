package stagecoach.local.launcher.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
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
                        true,
                        Optional.of("0.0.0.0"),
                        Optional.of("192.0.2.7"));
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

    @ParameterizedTest
    @ValueSource(strings = {"proxy.example", "", "192.0.2.256", "192.0.2.7 --listen=0.0.0.0"})
    void what_is_no_address_is_refused_by_its_name(String text) {
        Optional<String> given = Optional.of(text);
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(), 1, false, given, Optional.empty()))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(), 1, false, Optional.empty(), given))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
    }
}
