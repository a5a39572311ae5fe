package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinnedTrustTest {
    @TempDir Path folder;
    Identity gateway;
    Identity tentacle;
    Identity stranger;

    @BeforeEach
    void make() throws Exception {
        gateway = Identity.loadOrCreate(folder.resolve("gateway"), "gateway");
        tentacle = Identity.loadOrCreate(folder.resolve("tentacle"), "tentacle");
        stranger = Identity.loadOrCreate(folder.resolve("stranger"), "gateway");
    }

    @Test
    void both_sides_that_pin_each_other_talk_and_know_each_other() throws Exception {
        Thumbprint seen =
                meet(
                        gateway,
                        PinnedTrust.exactly(tentacle.thumbprint()),
                        tentacle,
                        PinnedTrust.exactly(gateway.thumbprint()));
        assertThat(seen).isEqualTo(tentacle.thumbprint());
    }

    @Test
    void a_server_of_the_same_name_with_another_key_is_refused() {
        assertThatThrownBy(
                        () ->
                                meet(
                                        stranger,
                                        PinnedTrust.anyWellFormed(),
                                        tentacle,
                                        PinnedTrust.exactly(gateway.thumbprint())))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining(stranger.thumbprint().value());
    }

    @Test
    void a_client_that_is_not_pinned_is_refused() {
        assertThatThrownBy(
                        () ->
                                meet(
                                        gateway,
                                        PinnedTrust.exactly(
                                                Set.of(
                                                        tentacle.thumbprint(),
                                                        gateway.thumbprint())),
                                        stranger,
                                        PinnedTrust.exactly(gateway.thumbprint())))
                .satisfies(
                        refused ->
                                // Whether the client reads the alert or finds the line cut is
                                // chance.
                                assertThat(refused.getSuppressed())
                                        .anySatisfy(
                                                refusal ->
                                                        assertThat(refusal)
                                                                .hasMessageContaining(
                                                                        stranger.thumbprint()
                                                                                .value())));
    }

    @Test
    void an_open_server_learns_who_came() throws Exception {
        Thumbprint seen =
                meet(
                        gateway,
                        PinnedTrust.anyWellFormed(),
                        stranger,
                        PinnedTrust.exactly(gateway.thumbprint()));
        assertThat(seen).isEqualTo(stranger.thumbprint());
    }

    /** One connection; the thumbprint that the server saw. */
    private static Thumbprint meet(
            Identity server, PinnedTrust serverTrust, Identity client, PinnedTrust clientTrust)
            throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var listener =
                        (SSLServerSocket)
                                server.tls(serverTrust)
                                        .getServerSocketFactory()
                                        .createServerSocket(0, 1, loopback)) {
            listener.setNeedClientAuth(true);
            Future<Thumbprint> seen =
                    threads.submit(
                            () -> {
                                try (var accepted = (SSLSocket) listener.accept()) {
                                    accepted.startHandshake();
                                    accepted.getOutputStream().write('!');
                                    return Thumbprint.ofPeer(accepted.getSession());
                                }
                            });
            try (var socket =
                    (SSLSocket)
                            client.tls(clientTrust)
                                    .getSocketFactory()
                                    .createSocket(loopback, listener.getLocalPort())) {
                socket.startHandshake();
                // Under TLS 1.3 a refused client learns of it with its first read.
                assertThat(socket.getInputStream().read()).isEqualTo('!');
            } catch (IOException e) {
                throw withTheServersWords(e, seen);
            }
            return seen.get();
        }
    }

    private static IOException withTheServersWords(IOException failure, Future<Thumbprint> server)
            throws InterruptedException {
        try {
            server.get();
        } catch (ExecutionException e) {
            failure.addSuppressed(e.getCause());
        }
        return failure;
    }
}
