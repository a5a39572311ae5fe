package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.runtime.test.StagecoachResource;

/** A NuGet server that is slow to show what it has is waited for, and sent nothing again. */
@PackageServiceTest
class PushedOnceTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    @Inject Patience patience;

    private final Deployment deployment = new Deployment();
    private ForeignServer server;
    private Packages.Nupkg nupkg;
    private PackageNeed needs;

    @BeforeEach
    void configure() throws Exception {
        server = new ForeignServer();
        Configured.region("late", true, 1);
        var made =
                Http.put(
                        "/api/v1/caches/late-1",
                        """
                        {"kind":"NUGET","region":"late","url":"http://near.example/v3/index.json","pushUrl":"%s",
                         "credentials":{"apiKey":"%s"}}
                        """
                                .formatted(server.index(), ForeignServer.KEY));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        nupkg = Packages.of(Packages.freshId(), "1.0.0", 50_000);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "late"));
    }

    @AfterEach
    void end() {
        patience.usual();
        deployment.close();
        server.close();
    }

    private String name() {
        return nupkg.id().lower() + "/1.0.0";
    }

    private PackageReplicated replicated() {
        deployment.start(2, false, needs);
        return deployment.event(2, PackageReplicated.class);
    }

    private String failed() {
        deployment.start(2, false, needs);
        return deployment.event(2, ReplicationFailed.class).reason();
    }

    @Test
    void after_a_conflict_it_is_waited_for() {
        server.held.put(name(), nupkg.bytes());
        server.hiddenFor.set(4);

        assertThat(replicated().bytes()).isZero();

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void after_a_conflict_that_never_shows_itself_it_is_left() {
        patience.visibleMax(SOON);
        server.held.put(name(), nupkg.bytes());
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed())
                .contains(
                        "says that it has %s 1.0.0, and does not show it after 2 s"
                                .formatted(nupkg.id()));

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void what_it_took_and_never_shows_was_sent_once() {
        patience.visibleMax(SOON);
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed())
                .contains("took %s 1.0.0, and does not show it after 2 s".formatted(nupkg.id()));

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void a_look_that_fails_behind_a_push_is_another_look_and_no_other_push() {
        server.lookAnswers.addAll(List.of(404, 503, 500));

        assertThat(replicated().bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_that_works_on_all_bytes_for_long_is_looked_at_before_it_is_sent_them_again() {
        patience.answerMax(SOON);
        var work = new CountDownLatch(1);
        server.working = work;
        deployment.start(2, false, needs);
        await().atMost(StagecoachResource.PATIENCE).until(() -> server.asked("PUT") == 1);

        // It was looked at before the push, too.
        await().atMost(StagecoachResource.PATIENCE).until(() -> server.asked("HEAD") > 1);
        work.countDown();

        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void one_whose_gateway_does_not_wait_for_it_is_looked_at_first_too(int status) {
        server.gatewaySays = status;
        server.lookAnswers.addAll(List.of(404, 404, 404));

        assertThat(replicated().bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_whose_line_breaks_behind_the_last_byte_is_looked_at_first_too() {
        server.hangsUp = true;
        server.lookAnswers.addAll(List.of(404, 404, 404));

        assertThat(replicated().bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_that_is_asked_too_much_is_pushed_to_again_at_once() {
        server.pushAnswers.add(429);

        assertThat(replicated().bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(2);
        // Before each push, and behind the one that it took.
        assertThat(server.asked("HEAD")).isEqualTo(3);
    }

    @Test
    void one_whose_line_always_breaks_is_sent_the_bytes_twice_and_no_more() {
        patience.fruitlessMax(4);
        patience.visibleMax(SOON);
        server.hangsUp = true;
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed()).contains("does not show it after 2 s");

        assertThat(server.asked("PUT")).isEqualTo(2);
    }

    @Test
    void one_that_never_answers_a_push_is_sent_the_bytes_twice_and_no_more() {
        patience.fruitlessMax(4);
        patience.answerMax(SOON);
        patience.visibleMax(SOON);
        var work = new CountDownLatch(1);
        server.working = work;

        assertThat(failed())
                .contains("did not answer within 2 s after it was sent all of " + nupkg.id());

        work.countDown();
        assertThat(server.asked("PUT")).isEqualTo(2);
    }
}
