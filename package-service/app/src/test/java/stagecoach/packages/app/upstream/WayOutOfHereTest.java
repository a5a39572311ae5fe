package stagecoach.packages.app.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.trust.HttpProxy;
import stagecoach.trust.HttpProxy.Login;

/** What the environment says of the proxy before the feeds. */
class WayOutOfHereTest {
    private static final Optional<String> NOTHING = Optional.empty();
    private static final Optional<String> PROXY = Optional.of("http://proxy.example");
    private static final Optional<String> LOGIN = Optional.of("ann:pa:ss");

    @TempDir Path folder;

    @Test
    void its_credentials_are_in_a_variable_or_in_the_first_line_of_a_file() throws Exception {
        var shown = Optional.of(new Login("ann", "pa:ss"));
        assertThat(WayOutOfHere.proxy(PROXY, LOGIN, NOTHING))
                .contains(new HttpProxy("proxy.example", 3128, shown));
        Path file = Files.writeString(folder.resolve("login"), "ann:pa:ss\nnothing else\n");
        assertThat(WayOutOfHere.proxy(PROXY, NOTHING, Optional.of(file.toString())))
                .contains(new HttpProxy("proxy.example", 3128, shown));
        assertThat(WayOutOfHere.proxy(NOTHING, NOTHING, NOTHING)).isEmpty();
    }

    private static void assertRefused(
            Optional<String> url, Optional<String> login, Optional<String> file, String why) {
        assertThatThrownBy(() -> WayOutOfHere.proxy(url, login, file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("pa:ss", "hidden");
    }

    @Test
    void what_is_wrong_is_told_without_what_is_secret() {
        assertRefused(
                Optional.of("http://ann:hidden@proxy.example"),
                NOTHING,
                NOTHING,
                "STAGECOACH_FEED_PROXY holds a user");
        assertRefused(
                Optional.of("https://ann:hidden@proxy.example"),
                NOTHING,
                NOTHING,
                "STAGECOACH_FEED_PROXY names no proxy that can be used here");
        assertRefused(NOTHING, LOGIN, NOTHING, "Name it in STAGECOACH_FEED_PROXY");
        assertRefused(
                PROXY,
                Optional.of("hidden"),
                NOTHING,
                "STAGECOACH_FEED_PROXY_CREDENTIALS holds no credentials of a proxy");
        assertRefused(PROXY, LOGIN, Optional.of("/login"), "Leave one out");
        assertRefused(
                PROXY,
                NOTHING,
                Optional.of(folder.resolve("none").toString()),
                "STAGECOACH_FEED_PROXY_CREDENTIALS_FILE names " + folder.resolve("none"));
    }
}
