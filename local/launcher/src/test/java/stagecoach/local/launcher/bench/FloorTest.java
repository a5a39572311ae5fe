package stagecoach.local.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.bench.SshFloor.Floor;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;

class FloorTest {
    @TempDir Path folder;

    @Test
    void the_floor_runs_or_says_what_this_computer_lacks() throws Exception {
        Path text = Files.writeString(folder.resolve("a.txt"), "a");
        Path nupkg = Nupkg.pack(folder, "Floor.Package", "1.0.0", Map.of("a.txt", text));
        Floor floor = new SshFloor(Checkout.find().root()).measure(nupkg, 2, 2);
        switch (floor) {
            case Floor.Measured measured ->
                    assertThat(measured.way()).isIn(List.of("pull", "push"));
            case Floor.NotHere(String why) -> assertThat(why).contains("is not installed");
        }
    }

    @Test
    void of_a_hundred_measurements_one_is_above_the_ninety_ninth_percentile() {
        var percentiles =
                Percentiles.of(IntStream.rangeClosed(1, 100).mapToObj(n -> (double) n).toList());
        assertThat(percentiles).isEqualTo(new Percentiles(100, 50, 99));
    }
}
