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
                        Optional.of("192.0.2.7"),
                        Optional.empty());
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
        Optional<String> none = Optional.empty();
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(), 1, false, given, none, none))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(), 1, false, none, given, none))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
        assertThatThrownBy(() -> new Wishes(Map.of(), Map.of(), 1, false, none, none, given))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
    }

    private static Wishes reachedAt(String address, int pods) {
        return new Wishes(
                Map.of(),
                Map.of(),
                pods,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(address));
    }

    @Test
    void where_machines_come_in_reaches_the_supervisor_too() {
        Wishes wishes = reachedAt("2001:db8::7", 1);
        assertThat(Wishes.of(wishes.arguments())).isEqualTo(wishes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void machines_are_told_one_address_to_connect_to(String all) {
        assertThatThrownBy(() -> reachedAt(all, 1))
                .hasMessageContaining("\"" + all + "\" stands for all addresses");
    }

    @Test
    void ports_that_several_pods_share_are_not_opened_to_other_computers() {
        assertThatThrownBy(() -> reachedAt("192.0.2.7", 2)).hasMessageContaining("--pods 1");
    }
}
