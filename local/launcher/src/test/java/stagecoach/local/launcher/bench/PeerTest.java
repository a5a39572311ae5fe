package stagecoach.local.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;

class PeerTest {
    @TempDir Path folder;

    @Test
    void the_floor_runs_or_says_what_this_computer_lacks() throws Exception {
        Path text = Files.writeString(folder.resolve("a.txt"), "a");
        Path nupkg = Nupkg.pack(folder, "Floor.Package", "1.0.0", Map.of("a.txt", text));
        var floor = new Peer(Checkout.find().root(), "ssh-floor.sh").measure(Map.of(), nupkg, 2, 2);
        switch (floor) {
            case Peer.Found.Measured measured ->
                    assertThat(measured.figure("wallSeconds")).isPositive();
            case Peer.Found.NotHere(String why) -> assertThat(why).contains("is not installed");
        }
    }

    @Test
    void the_floor_of_an_ingest_copies_and_hashes_all_packages_and_leaves_nothing()
            throws Exception {
        Path text = Files.writeString(folder.resolve("a.txt"), "a");
        for (String id : List.of("One", "Two")) {
            Nupkg.pack(folder, id, "1.0.0", Map.of("a.txt", text));
        }
        switch (new Peer(Checkout.find().root(), "ingest.sh").measure(Map.of(), folder)) {
            case Peer.Found.Measured measured -> {
                assertThat(measured.figure("packages")).isEqualTo(2);
                assertThat(measured.figure("wallSeconds")).isPositive();
            }
            case Peer.Found.NotHere(String why) -> assertThat(why).contains("is not installed");
        }
        assertThat(folder).isDirectoryNotContaining("glob:**/floor-*");
    }

    @Test
    void beside_nginx_all_clients_get_the_package_or_there_is_no_figure() throws Exception {
        byte[] bytes = new byte[100_000];
        byte[] others = "x".repeat(bytes.length).getBytes(StandardCharsets.UTF_8);
        AtomicInteger right = new AtomicInteger(Integer.MAX_VALUE);
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(right.getAndDecrement() > 0 ? bytes : others);
                    exchange.close();
                });
        server.start();
        String url = "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
        long process = ProcessHandle.current().pid();
        Peer nginx = new Peer(Checkout.find().root(), "serve.sh");
        switch (nginx.measure(Map.of(), url, process, 3)) {
            case Peer.Found.Measured measured -> {
                assertThat(measured.figure("bytes")).isEqualTo(bytes.length);
                assertThat(measured.figure("throughputRatio")).isPositive();
                // One client of those that look gets as many bytes, and not the same.
                right.set(3);
                assertThatThrownBy(() -> nginx.measure(Map.of(), url, process, 3))
                        .hasMessageContaining("The clients did not all get the package.");
            }
            case Peer.Found.NotHere(String why) -> assertThat(why).contains("is not installed");
        }
        server.stop(0);
    }

    @Test
    void what_a_process_takes_is_seen_in_the_most_that_it_had() throws Exception {
        PeakMemory memory = PeakMemory.of(ProcessHandle.current().pid());
        long before = memory.now();

        ByteBuffer taken = ByteBuffer.allocateDirect(64 << 20);

        assertThat(memory.peak()).isGreaterThan(before + (48 << 20));
        assertThat(taken.get(0)).isZero();
    }

    @Test
    void a_peer_that_fails_although_all_is_there_is_no_figure() throws Exception {
        Path scripts = Files.createDirectories(folder.resolve("proof/benchmarks"));
        Files.writeString(scripts.resolve("broken.sh"), "echo out of paper >&2; exit 1");
        Files.writeString(scripts.resolve("lacking.sh"), "echo no pen >&2; exit 3");
        Files.writeString(scripts.resolve("odd.sh"), "echo '{\"pages\": 2}'");

        assertThatThrownBy(() -> new Peer(folder, "broken.sh").measure(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("out of paper");
        assertThat(new Peer(folder, "lacking.sh").measure(Map.of()))
                .isEqualTo(new Peer.Found.NotHere("no pen"));
        var odd = (Peer.Found.Measured) new Peer(folder, "odd.sh").measure(Map.of());
        assertThat(odd.figure("pages")).isEqualTo(2);
        assertThatThrownBy(() -> odd.figure("seconds")).hasMessageContaining("no seconds in");
    }

    @Test
    void of_a_hundred_measurements_one_is_above_the_ninety_ninth_percentile() {
        var percentiles =
                Percentiles.of(IntStream.rangeClosed(1, 100).mapToObj(n -> (double) n).toList());
        assertThat(percentiles).isEqualTo(new Percentiles(100, 50, 99));
    }
}
