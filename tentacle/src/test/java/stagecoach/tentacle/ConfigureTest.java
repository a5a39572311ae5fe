package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.trust.Thumbprint;

class ConfigureTest {
    @TempDir Path folder;

    private Home enrolled() throws Exception {
        Home home = Home.open(folder.resolve("home"));
        home.enrolled(
                new Settings(
                        Deliveries.AGENT,
                        URI.create("https://gateway.test:1"),
                        Optional.empty(),
                        new Thumbprint("ab".repeat(32))));
        home.epoch(7);
        return home;
    }

    private static int configure(Home home, String... options) {
        var typed =
                new java.util.ArrayList<>(List.of("configure", "--home", home.root().toString()));
        typed.addAll(List.of(options));
        return TentacleMain.run(typed);
    }

    @Test
    void a_proxy_is_settled_without_enrolling_again() throws Exception {
        Home home = enrolled();
        assertThat(configure(home, "--proxy", "http://proxy.test:3128", "--no-proxy", "10.0.0.0/8"))
                .isZero();
        assertThat(home.settings().map(Settings::proxy))
                .contains(
                        new ProxySettings(
                                Optional.of("http://proxy.test:3128"),
                                Optional.of("10.0.0.0/8"),
                                Optional.empty()));
        assertThat(home.epoch()).isEqualTo(7);
    }

    @Test
    void what_cannot_be_used_changes_nothing() throws Exception {
        Home home = enrolled();
        assertThat(configure(home, "--proxy", "socks5://proxy.test:1")).isEqualTo(2);
        assertThat(home.settings().map(Settings::proxy)).contains(ProxySettings.USUAL);
    }

    @Test
    void a_file_of_credentials_that_is_not_there_changes_nothing() throws Exception {
        Home home = enrolled();
        assertThat(
                        configure(
                                home,
                                "--proxy",
                                "http://proxy.test:3128",
                                "--proxy-credentials-file",
                                folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(home.settings().map(Settings::proxy)).contains(ProxySettings.USUAL);
    }
}
