package stagecoach.packages.server.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.packages.server.pull.PullStatus.Failure;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.Sha512;

class PullStatusTest {
    private static final Sha512 SHA512 = Sha512.hashOf(new byte[1]);

    @Test
    void how_a_pull_failed_is_read_as_it_was_told() {
        for (Failure.Kind kind : Failure.Kind.values()) {
            var failure =
                    kind == Failure.Kind.NO_ROOM
                            ? Failure.noRoom("its disk is full", 7)
                            : new Failure(kind, "in words");
            var status = new PullStatus(State.FAILED, 1, 2, 3, 4, Optional.of(failure));
            assertThat(PullStatus.parse(status.json(SHA512))).isEqualTo(status);
        }
    }

    @Test
    void a_server_that_does_not_know_of_room_takes_it_for_a_failure_that_stays() {
        var status =
                new PullStatus(
                        State.FAILED,
                        0,
                        0,
                        0,
                        1,
                        Optional.of(Failure.noRoom("its disk is full", 7)));
        assertThat(new String(status.json(SHA512), UTF_8)).contains("\"failure\":\"PERMANENT\"");
    }
}
