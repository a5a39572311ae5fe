package stagecoach.local.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
