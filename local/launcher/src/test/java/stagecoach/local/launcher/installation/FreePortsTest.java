package stagecoach.local.launcher.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.engines.FreePort;
import stagecoach.local.engines.PortClaims;

class FreePortsTest {
    @TempDir Path folder;
    private int lives;

    @Test
    void a_port_stays_the_same_in_later_lives() throws Exception {
        int first = ports().port("kafka");
        assertThat(ports().port("kafka")).isEqualTo(first);
    }

    @Test
    void a_port_that_was_given_out_is_given_again_while_it_is_in_use() throws Exception {
        FreePorts ports = ports();
        int given = ports.port("kafka");
        try (ServerSocket use = listen(given)) {
            assertThat(ports.port("kafka")).isEqualTo(use.getLocalPort());
        }
    }

    @Test
    void a_kept_port_that_somebody_took_is_replaced() throws Exception {
        int first = ports().port("kafka");
        try (ServerSocket taken = listen(first)) {
            assertThat(ports().port("kafka")).isNotEqualTo(taken.getLocalPort());
        }
    }

    @Test
    void a_base_url_that_moved_says_who_is_where_it_was_and_what_to_do() throws Exception {
        int first = ports().port("edge");
        assertThat(new Addresses(ports(), 1).movedBaseUrl()).isEmpty();
        try (ServerSocket taken = listen(first)) {
            Addresses moved = new Addresses(ports(), 1);
            assertThat(moved.movedBaseUrl())
                    .hasValueSatisfying(
                            sentence ->
                                    assertThat(sentence)
                                            .startsWith(
                                                    "port %d is taken%s, so the base URL is %s"
                                                            .formatted(
                                                                    taken.getLocalPort(),
                                                                    byUs(),
                                                                    baseUrl(moved)))
                                            .contains("./stagecoach up --port"));
        }
    }

    private static String baseUrl(Addresses of) {
        try {
            return of.baseUrl();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Only Linux tells who uses a port. */
    private static String byUs() {
        return Files.isReadable(Path.of("/proc/net/tcp"))
                ? " by java (process %d)".formatted(ProcessHandle.current().pid())
                : "";
    }

    @Test
    void machines_are_told_the_address_that_they_reach_the_gateway_at() throws Exception {
        FreePorts ports = ports();
        assertThat(new Addresses(ports, 1).agentUrl())
                .isEqualTo("https://127.0.0.1:" + ports.port("agent"));
        var elsewhere = new Addresses(ports, 1, InetAddress.ofLiteral("2001:db8::7"));
        assertThat(elsewhere.agentUrl())
                .isEqualTo("https://[2001:db8:0:0:0:0:0:7]:" + ports.port("agent"));
        assertThat(elsewhere.bytesUrl()).endsWith(":" + ports.port("bytes"));
        assertThat(elsewhere.baseUrl()).startsWith("http://127.0.0.1:");
    }

    @Test
    void a_fixed_port_that_somebody_took_is_refused_with_a_sentence() throws Exception {
        try (ServerSocket taken = listen(0)) {
            int port = taken.getLocalPort();
            FreePorts ports = ports(Map.of("edge", port));
            assertThatThrownBy(() -> ports.port("edge"))
                    .hasMessageContaining(
                            "port %d, fixed for edge, is taken on 127.0.0.1%s."
                                    .formatted(port, byUs()));
        }
    }

    @Test
    void a_fixed_port_is_kept_too_and_nobody_else_gets_it() throws Exception {
        int fixed = FreePort.find(1).getFirst();
        FreePorts ports = ports(Map.of("edge", fixed));
        assertThat(ports.port("kafka", fixed)).isNotEqualTo(fixed);
        assertThat(ports.port("edge")).isEqualTo(fixed);
        assertThat(ports().port("edge")).isEqualTo(fixed);
    }

    @Test
    void a_preferred_port_is_taken_if_it_is_free() throws Exception {
        int preferred = FreePort.find(1).getFirst();
        assertThat(ports().port("edge", preferred)).isEqualTo(preferred);
    }

    @Test
    void a_port_that_a_name_has_by_now_is_told_to_whoever_looks() throws Exception {
        assertThat(FreePorts.known(file(), "cache-eu-1-nuget")).isEmpty();
        int given = ports().port("cache-eu-1-nuget");
        assertThat(FreePorts.known(file(), "cache-eu-1-nuget")).hasValue(given);
        assertThat(FreePorts.known(file(), "cache-us-1-nuget")).isEmpty();
    }

    @Test
    void a_half_written_file_costs_nothing_but_new_ports() throws Exception {
        Files.writeString(file(), "{\"kafka\":18");
        assertThat(ports().port("kafka")).isPositive();
    }

    @Test
    void homes_that_start_at_once_choose_different_ports_although_nobody_listens_yet()
            throws Exception {
        int preferred = FreePort.find(1).getFirst();
        FreePorts one = new FreePorts(folder.resolve("one.json"), Map.of(), claims());
        FreePorts other = new FreePorts(folder.resolve("other.json"), Map.of(), claims());
        assertThat(one.port("edge", preferred)).isEqualTo(preferred);
        assertThat(other.port("edge", preferred)).isNotEqualTo(preferred);
        FreePorts third =
                new FreePorts(folder.resolve("third.json"), Map.of("edge", preferred), claims());
        assertThatThrownBy(() -> third.port("edge"))
                .hasMessageContaining("port %d, fixed for edge, is taken".formatted(preferred));
    }

    private FreePorts ports() throws IOException {
        return ports(Map.of());
    }

    /** Each as in a process of its own, whose claims end with it. */
    private FreePorts ports(Map<String, Integer> fixed) throws IOException {
        return new FreePorts(file(), fixed, PortClaims.in(folder.resolve("claims-" + lives++)));
    }

    private PortClaims claims() throws IOException {
        return PortClaims.in(folder.resolve("claims"));
    }

    private Path file() {
        return folder.resolve("ports.json");
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
    }
}
