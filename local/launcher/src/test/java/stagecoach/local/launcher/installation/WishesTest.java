package stagecoach.local.launcher.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
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
                        Optional.empty(),
                        Map.of("STAGECOACH_FEED_PROXY", "http://proxy.example"));
        assertThat(handedOver(wishes)).isEqualTo(wishes);
        assertThat(handedOver(Wishes.none())).isEqualTo(Wishes.none());
    }

    private static Wishes handedOver(Wishes wishes) {
        Map<String, String> environment = new HashMap<>(Map.of("STAGECOACH_FEED_NO_PROXY", "*"));
        wishes.putInto(environment);
        return Wishes.of(wishes.arguments(), environment);
    }

    @Test
    void
            of_an_environment_what_it_says_of_feeds_is_wished_and_its_secrets_are_on_no_command_line() {
        Map<String, String> ofFeeds =
                Wishes.ofFeeds(
                        Map.of(
                                "STAGECOACH_FEED_PROXY_CREDENTIALS", "stage:c0ach",
                                "STAGECOACH_FEED_PROXY_CREDENTIALS_FILE", "proxy.secret",
                                "STAGECOACH_FEED_CERTIFICATES", "/etc/ca.pem",
                                "STAGECOACH_SERVICE_KEY", "key",
                                "QUARKUS_HTTP_PORT", "1"));

        assertThat(ofFeeds)
                .isEqualTo(
                        Map.of(
                                "STAGECOACH_FEED_PROXY_CREDENTIALS", "stage:c0ach",
                                "STAGECOACH_FEED_PROXY_CREDENTIALS_FILE",
                                        Path.of("").toAbsolutePath() + "/proxy.secret",
                                "STAGECOACH_FEED_CERTIFICATES", "/etc/ca.pem"));
        var wishes =
                new Wishes(
                        Map.of(),
                        Map.of(),
                        1,
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        ofFeeds);
        assertThat(wishes.arguments() + wishes.toString()).doesNotContain("c0ach");
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
        assertThatThrownBy(
                        () -> new Wishes(Map.of(), Map.of(), 1, false, given, none, none, Map.of()))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
        assertThatThrownBy(
                        () -> new Wishes(Map.of(), Map.of(), 1, false, none, given, none, Map.of()))
                .hasMessageContaining("\"" + text + "\" is not an IP address");
        assertThatThrownBy(
                        () -> new Wishes(Map.of(), Map.of(), 1, false, none, none, given, Map.of()))
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
                Optional.of(address),
                Map.of());
    }

    @Test
    void where_machines_come_in_reaches_the_supervisor_too() {
        Wishes wishes = reachedAt("2001:db8::7", 1);
        assertThat(Wishes.of(wishes.arguments(), Map.of())).isEqualTo(wishes);
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
