package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.packages.Sha512;

class RunningDigestTest {
    private final byte[] bytes = new byte[1000];
    private final RunningDigest along = new RunningDigest(1000);

    RunningDigestTest() {
        new Random(7).nextBytes(bytes);
    }

    private void add(int from, int to) {
        along.add(from, Arrays.copyOfRange(bytes, from, to), to - from);
    }

    @Test
    void what_came_in_pieces_from_the_beginning_is_known() {
        add(0, 10);
        add(10, 999);
        assertThat(along.of(1000)).as("one byte is missing").isEmpty();
        add(999, 1000);
        assertThat(along.of(1000)).contains(Sha512.hashOf(bytes));
        assertThat(along.of(1000)).as("it is used up").isEmpty();
        add(1000, 1000);
        assertThat(along.of(1000)).isEmpty();
    }

    @Test
    void what_was_there_before_is_not_known() {
        add(10, 1000);
        assertThat(along.of(1000)).isEmpty();
        assertThat(along.of(990)).isEmpty();
    }

    @Test
    void a_gap_is_never_filled() {
        add(0, 10);
        add(20, 30);
        add(10, 20);
        add(20, 1000);
        assertThat(along.of(1000)).isEmpty();
    }

    @Test
    void from_the_beginning_all_is_forgotten() {
        add(5, 10);
        add(0, 600);
        add(0, 500);
        add(500, 1000);
        assertThat(along.of(1000)).contains(Sha512.hashOf(bytes));
        add(0, 1000);
        assertThat(along.of(1000)).contains(Sha512.hashOf(bytes));
    }
}
