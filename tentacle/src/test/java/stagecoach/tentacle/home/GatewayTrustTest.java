package stagecoach.tentacle.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;

/** What a machine believes of what its gateway says about its certificates, in whichever order. */
class GatewayTrustTest {
    @TempDir Path folder;
    private Identity gateway;
    private Home home;
    private String own;
    private final String next = "2d".repeat(32);

    @BeforeEach
    void open() throws IOException {
        gateway = Identity.loadOrCreate(folder.resolve("gateway"), "gateway");
        home = Home.open(folder.resolve("home"));
        own = gateway.thumbprint().value();
    }

    private GatewayTrust trust() {
        return new GatewayTrust(
                home,
                new Settings(
                        Deliveries.AGENT,
                        URI.create("https://gateway:10943"),
                        Optional.empty(),
                        gateway.thumbprint()));
    }

    private SSLSession session() {
        return (SSLSession)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {SSLSession.class},
                        (_, method, _) -> {
                            assertThat(method.getName()).isEqualTo("getPeerCertificates");
                            return new X509Certificate[] {gateway.certificate()};
                        });
    }

    @Test
    void what_is_on_disk_already_is_known_when_it_is_said_again() throws IOException {
        GatewayTrust trust = trust();
        assertThat(trust.read()).containsExactly(gateway.thumbprint());
        // As a write leaves it that fails after the file has got its name.
        assertThat(trust().take(session(), List.of(own, next))).isTrue();

        assertThat(trust.take(session(), List.of(own, next))).isTrue();

        assertThat(trust.known()).containsExactly(gateway.thumbprint(), new Thumbprint(next));
    }

    @Test
    void what_is_said_last_holds_also_if_it_is_repeated_or_older() throws IOException {
        GatewayTrust trust = trust();
        for (List<String> said :
                List.of(
                        List.of(own, next),
                        List.of(own, next),
                        List.of(own),
                        List.of(own, next),
                        List.of(own))) {
            assertThat(trust.take(session(), said)).isTrue();
            assertThat(trust.known()).extracting(Thumbprint::value).containsExactlyElementsOf(said);
            assertThat(trust().read()).isEqualTo(trust.known());
        }
        assertThat(trust.take(session(), List.of(next))).isFalse();
        assertThat(trust.known()).containsExactly(gateway.thumbprint());
    }
}
