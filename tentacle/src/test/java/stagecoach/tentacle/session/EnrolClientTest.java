package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.AgentId;

@Timeout(120)
class EnrolClientTest {
    @TempDir Path folder;
    FakeGateway gateway;
    Home home;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private Settings enrol(String token) throws Exception {
        return EnrolClient.enrol(
                token,
                new EnrolClient.Place(
                        gateway.uri(),
                        Optional.of(URI.create("https://127.0.0.1:9")),
                        ProxySettings.USUAL),
                home.identity(),
                "test");
    }

    @Test
    void who_shows_its_token_and_certificate_is_told_who_it_is() throws Exception {
        AtomicReference<String> asked = new AtomicReference<>();
        gateway.onEnrol(
                (request, peer) -> {
                    asked.set(request + " by " + peer);
                    return new FakeGateway.Answer(200, "{\"agent\":\"target:web-1\"}");
                });
        String token = "r4ndom." + gateway.thumbprint();
        Settings settings = enrol(token);
        assertThat(settings)
                .isEqualTo(
                        new Settings(
                                new AgentId("target:web-1"),
                                gateway.uri(),
                                Optional.of(URI.create("https://127.0.0.1:9")),
                                gateway.thumbprint()));
        assertThat(asked.get())
                .isEqualTo(
                        "/enrol {\"token\":\"%s\",\"version\":\"test\"} by %s"
                                .formatted(token, home.identity().thumbprint()));
        home.epoch(9);
        home.enrolled(settings);
        assertThat(home.settings()).contains(settings);
        assertThat(home.epoch()).isZero();
    }

    @Test
    void a_refusal_is_given_in_the_gateways_words() {
        gateway.onEnrol(
                (_, _) ->
                        new FakeGateway.Answer(
                                403,
                                "{\"status\":403,\"detail\":\"The token was used already.\"}"));
        assertThatThrownBy(() -> enrol("r4ndom." + gateway.thumbprint()))
                .isInstanceOf(EnrolClient.Refused.class)
                .hasMessageContaining("(403): The token was used already.");
    }

    @Test
    void a_gateway_that_is_not_the_tokens_gets_nothing() throws Exception {
        gateway.onEnrol(
                (_, _) -> {
                    throw new AssertionError("it was asked");
                });
        String other = home.identity().thumbprint().value();
        assertThatThrownBy(() -> enrol("r4ndom." + other))
                .isInstanceOf(EnrolClient.Refused.class)
                .hasMessageContaining("which is not trusted here");
    }

    @Test
    void half_a_token_is_said_to_be_one() {
        assertThatThrownBy(() -> enrol("r4ndom"))
                .isInstanceOf(EnrolClient.Refused.class)
                .hasMessageContaining("not whole");
    }

    @Test
    void an_endpoint_is_checked_in_words() {
        assertThat(Settings.endpoint("--gateway", "https://gw.example:8443/"))
                .isEqualTo(URI.create("https://gw.example:8443"));
        for (String bad :
                new String[] {"gw:1", "http://gw:1", "https://gw/path", "https://", "?"}) {
            assertThatThrownBy(() -> Settings.endpoint("--gateway", bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--gateway: '" + bad + "'");
        }
    }
}
