package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;

class TicketFeedTest {
    @TempDir Path folder;
    LiveTicket live;

    @BeforeEach
    void open() throws Exception {
        live = new TestTickets(folder).accept(Deliveries.bash("true"));
    }

    private TicketFeed feed(Duration endedWaitMax) {
        return new TicketFeed(live, endedWaitMax);
    }

    @Test
    void a_beginning_and_each_new_progress_are_said_once() throws Exception {
        TicketFeed feed = feed(Duration.ofSeconds(5));
        assertThat(feed.nextControl()).isEmpty();
        live.begun();
        assertThat(feed.nextControl()).contains(new TentacleFrame.Started(live.ticket()));
        live.progress(100);
        live.progress(200);
        assertThat(feed.nextControl()).contains(new TentacleFrame.Progress(live.ticket(), 200));
        assertThat(feed.nextControl()).isEmpty();
    }

    @Test
    void a_result_waits_for_its_output_and_comes_again_when_asked() throws Exception {
        TicketFeed feed = feed(Duration.ofSeconds(500));
        live.info("one line");
        live.end(Results.done(Map.of()));
        assertThat(feed.nextControl()).isEmpty();
        assertThat(feed.nextOutput()).isPresent();
        assertThat(feed.nextControl()).isEmpty();
        live.output().taken(1);
        Optional<TentacleFrame> ended = feed.nextControl();
        assertThat(ended).containsInstanceOf(TentacleFrame.Ended.class);
        assertThat(feed.nextControl()).isEmpty();
        feed.repeat();
        assertThat(feed.nextControl()).isEqualTo(ended);
    }

    @Test
    void a_result_does_not_wait_for_ever() throws Exception {
        TicketFeed feed = feed(Duration.ZERO);
        live.info("one line");
        live.end(Results.done(Map.of()));
        assertThat(feed.nextControl()).isEmpty();
        assertThat(feed.nextOutput()).isPresent();
        assertThat(feed.nextControl()).containsInstanceOf(TentacleFrame.Ended.class);
    }

    @Test
    void output_that_cannot_be_read_any_more_holds_up_neither_what_follows_nor_the_result()
            throws Exception {
        live.info("one line");
        Path chunks = live.folder().resolve("chunks");
        byte[] spoiled = Files.readAllBytes(chunks);
        spoiled[spoiled.length / 2] ^= 1;
        Files.write(chunks, spoiled);
        live.end(Results.done(Map.of()));
        TicketFeed feed = feed(Duration.ofSeconds(500));
        assertThat(feed.nextOutput()).isEmpty();
        var output = (TentacleFrame.Output) feed.nextOutput().orElseThrow();
        assertThat(output.chunk()).isEqualTo(2);
        assertThat(output.lines().getFirst().text()).contains("cannot be read");
        live.output().taken(2);
        assertThat(feed.nextControl()).containsInstanceOf(TentacleFrame.Ended.class);
    }

    @Test
    void a_new_session_begins_behind_what_is_safe() throws Exception {
        for (int n = 1; n <= 4; n++) {
            live.info("line " + n);
        }
        live.output().taken(2);
        assertThat(feed(Duration.ZERO).nextOutput())
                .get()
                .extracting(frame -> ((TentacleFrame.Output) frame).chunk())
                .isEqualTo(3L);
    }
}
