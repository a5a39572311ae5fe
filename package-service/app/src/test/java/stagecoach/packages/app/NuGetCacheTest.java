package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.packages.app.AbruptServer.Ending;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.packages.server.foreign.ForeignServer.Middle;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class NuGetCacheTest extends AtForeignServer {
    private static final CacheId THEIRS = new CacheId("theirs-1");
    private static final ServedBy BY_THEM = new ServedBy(ServedBy.Kind.CACHE, Optional.of(THEIRS));
    private static final ServedBy BY_SERVER = new ServedBy(ServedBy.Kind.SERVER, Optional.empty());

    /** Of so many bytes half are more than those that are on their way at once. */
    private static final int HALF_BEYOND_BUFFERS = 30_000_000;

    @Inject ServiceToken tokens;

    NuGetCacheTest() {
        super("far", THEIRS);
    }

    private byte[] otherBytes(int length) {
        return new byte[length];
    }

    @Test
    void a_push_keeps_to_the_budget_and_counts_a_new_one_while_it_is_under_way() throws Exception {
        int rate = 100_000;
        budget(rate);
        pack(20_000_000);
        deployment.start(2, false, needs);
        await().atMost(StagecoachResource.PATIENCE).until(() -> server.asked("PUT") == 1);

        await().during(Duration.ofSeconds(2)).until(() -> !server.held.containsKey(name()));
        budget(500_000_000);

        long raised = System.nanoTime();
        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(Duration.ofNanos(System.nanoTime() - raised))
                .isLessThan(Duration.ofSeconds(nupkg.bytes().length / rate / 2));
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    private void budget(long bytesPerSecond) throws Exception {
        put(ForeignServer.KEY, ",\"bytesPerSecondMax\":" + bytesPerSecond);
    }

    @Test
    void a_package_is_pushed_once_waited_for_and_read_by_tentacles_at_their_address()
            throws Exception {
        server.hiddenFor.set(3);

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();
        assertThat(told.sources())
                .containsExactly(
                        new Source.NuGet(
                                THEIRS, "http://near.example/v3/index.json", Optional.empty()),
                        new Source.Server());
        assertThat(StagecoachJson.text(told)).doesNotContain("read-word", ForeignServer.KEY);
        deployment.acquireAll(2, 1, BY_THEM);
        deployment.ended(2);

        assertThat(replicated(3).bytes()).isZero();
        assertThat(server.asked("PUT")).isEqualTo(1);
        assertThat(server.asked)
                .noneMatch(one -> one.method().equals("GET") && one.path().contains("nupkg"));
    }

    @Test
    void what_a_tentacle_shows_there_comes_with_its_grants_and_the_push_key_does_not()
            throws Exception {
        var response =
                Http.send(
                        Http.request("/internal/grants")
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofByteArray(
                                                StagecoachJson.bytes(
                                                        new MintGrants.Request(
                                                                nupkg.sha512(),
                                                                "ab".repeat(32),
                                                                List.of(THEIRS),
                                                                Optional.empty())))));

        var grants = StagecoachJson.read(response.body(), MintGrants.Response.class).grants();
        assertThat(grants)
                .singleElement()
                .satisfies(grant -> assertThat(grant.token()).isEqualTo("Basic Y2k6cmVhZC13b3Jk"));
    }

    @Test
    void a_server_whose_index_tells_several_types_of_an_address_is_pushed_to() {
        server.typesAreLists = true;

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);
    }

    @Test
    void a_server_that_stumbles_is_pushed_to_again() throws Exception {
        patience.visibleMax(Duration.ofSeconds(1));
        server.pushAnswers.add(500);

        assertThat(replicated(2).attempts()).isEqualTo(2);
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "STALL"})
    void one_that_stops_in_the_middle_of_a_push_gets_all_of_it_with_the_next_try(Middle how)
            throws Exception {
        patience.stallMax(SOON);
        pack(HALF_BEYOND_BUFFERS);
        server.middles.add(how);

        assertThat(replicated(2).attempts()).isGreaterThan(1);

        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @Test
    void one_that_always_stops_in_the_middle_is_told_with_how_far_it_came() throws Exception {
        patience.fruitlessMax(2);
        pack(HALF_BEYOND_BUFFERS);
        server.middles.addAll(List.of(Middle.CUT, Middle.CUT));

        assertThat(failed(2))
                .contains(
                        "cannot be reached at 127.0.0.1:",
                        "the line was cut, and what it answered before",
                        "of %d bytes of %s 1.0.0 were on their way"
                                .formatted(nupkg.bytes().length, nupkg.id()));
        assertThat(server.held).doesNotContainKey(name());

        assertThat(replicated(3).bytes()).isEqualTo(nupkg.bytes().length);
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @Test
    void one_whose_disk_is_full_says_so_and_gets_the_package_once_there_is_room() throws Exception {
        server.pushAnswers.add(507);
        assertThat(failed(2))
                .contains(
                        "127.0.0.1 answered 507 to a push of %s 1.0.0; its disk is full: make room there"
                                .formatted(nupkg.id()));
        assertThat(replicated(3).attempts()).isOne();
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());

        pack(HALF_BEYOND_BUFFERS);
        server.middles.add(Middle.FULL);
        assertThat(failed(4)).contains("answered 507", "its disk is full");
        assertThat(server.held).doesNotContainKey(name());
        assertThat(replicated(5).attempts()).isOne();
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @Test
    void one_that_refuses_a_push_unread_and_hangs_up_is_heard() throws Exception {
        try (var abrupt = new AbruptServer()) {
            putAt(abrupt.index(), ForeignServer.KEY, "");
            pack(HALF_BEYOND_BUFFERS);

            assertThat(failed(2))
                    .contains(
                            "127.0.0.1 answered 507 to a push of %s 1.0.0; its disk is full"
                                    .formatted(nupkg.id()));

            assertThat(abrupt.bytesTaken()).as("not all of it, again and again").isZero();
        }
    }

    @Test
    void one_that_hung_up_and_does_not_know_how_to_be_asked_first_gets_the_package()
            throws Exception {
        try (var abrupt = new AbruptServer(Ending.HANGS_UP, Ending.TAKES)) {
            putAt(abrupt.index(), ForeignServer.KEY, "");
            pack(HALF_BEYOND_BUFFERS);

            assertThat(replicated(2).attempts()).isEqualTo(2);

            assertThat(abrupt.bytesTaken()).isGreaterThanOrEqualTo(nupkg.bytes().length);
        }
    }

    @Test
    void an_index_that_moved_at_its_server_is_followed_and_one_that_leads_in_a_circle_is_left()
            throws Exception {
        server.movedTo = "/new/index.json";
        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);

        pack(50_000);
        server.movedTo = "/new/index.json?again";
        assertThat(failed(3)).contains("redirects its service index more than 5 times");
    }

    @Test
    void another_server_to_which_an_index_leads_is_shown_nothing() throws Exception {
        try (var another = new ForeignServer()) {
            server.movedTo = another.index();

            assertThat(failed(2))
                    .contains("answered 403", "user and password go to 127.0.0.1:")
                    .doesNotContain(ForeignServer.KEY, "read-word");

            assertThat(another.asked("PUT")).isOne();
            assertThat(another.asked)
                    .allMatch(one -> one.header("Authorization").isEmpty())
                    .allMatch(one -> one.header("X-NuGet-ApiKey").isEmpty());
            assertThat(server.asked)
                    .allMatch(one -> one.header("Authorization").startsWith("Basic "));
        }
    }

    @Test
    void an_answer_that_stops_in_its_middle_costs_a_try_and_no_more() {
        patience.silenceMax(Duration.ofSeconds(5));
        var more = new CountDownLatch(1);
        server.stalled = more;

        assertThat(replicated(2).attempts()).isEqualTo(2);

        more.countDown();
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @Test
    void a_package_of_others_that_was_hidden_instead_of_removed_is_shown_again() {
        server.hides = true;
        server.held.put(name(), otherBytes(77));

        assertThat(failed(2)).contains("does not let it be replaced");

        assertThat(server.asked("DELETE")).isPositive();
        assertThat(server.hidden).isEmpty();
        assertThat(server.held.get(name())).hasSize(77);
    }

    @Test
    void what_somebody_else_has_put_there_is_ours_as_far_as_its_length_tells() throws Exception {
        server.held.put(name(), nupkg.bytes());

        assertThat(replicated(2).bytes()).isZero();
        assertThat(server.asked("PUT")).isZero();
    }

    @Test
    void a_conflict_with_what_is_not_seen_yet_is_looked_at_again() throws Exception {
        server.held.put(name(), nupkg.bytes());
        server.hiddenFor.set(1);

        assertThat(replicated(2).bytes()).isZero();
        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void another_length_is_replaced_where_the_server_allows_it() throws Exception {
        server.held.put(name(), otherBytes(77));

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    @Test
    void wrong_bytes_that_cannot_be_replaced_are_passed_over_in_words() throws Exception {
        server.deletes = false;
        wrongBytesAreRead(2);

        assertThat(failed(3)).contains("does not let it be replaced");
        var second = (AcquirePackage) deployment.commands(3, 1).getFirst();
        assertThat(second.sources()).containsExactly(new Source.Server());

        server.deletes = true;
        deployment.acquireAll(3, 1, BY_SERVER);
        deployment.ended(3);
        assertThat(replicated(4).bytes()).isEqualTo(nupkg.bytes().length);
        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
    }

    /** The only machine of the region gets others there, of the same length. */
    private void wrongBytesAreRead(int run) {
        server.held.put(name(), otherBytes(nupkg.bytes().length));
        replicated(run);
        var told = (AcquirePackage) deployment.commands(run, 1).getFirst();
        deployment.report(
                told,
                new AcquisitionResult(
                        BY_SERVER,
                        nupkg.bytes().length,
                        0,
                        2,
                        List.of("cache theirs-1 gave bytes with the SHA-512 00…")));
        deployment.event(run, IntegrityBroken.class);
        deployment.ended(run);
    }

    @Test
    void wrong_bytes_that_were_only_hidden_are_not_taken_for_an_unanswered_push() {
        wrongBytesAreRead(2);
        server.hides = true;
        server.gatewaySays = 504;

        assertThat(failed(3)).contains("answered 504", "may still be the wrong one");

        var told = (AcquirePackage) deployment.commands(3, 1).getFirst();
        assertThat(told.sources()).containsExactly(new Source.Server());
        assertThat(server.asked("PUT")).isEqualTo(2);
        assertThat(server.hidden).isEmpty();
    }

    @Test
    void wrong_bytes_that_were_removed_are_replaced_by_an_unanswered_push() {
        wrongBytesAreRead(2);
        server.gatewaySays = 504;

        assertThat(replicated(3).bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.held.get(name())).isEqualTo(nupkg.bytes());
        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    /** Two machines read there; the first, or the other one, says that it got other bytes. */
    private void readByTwo(int run, String teller) {
        needs =
                Deployment.nearest(
                        nupkg.pin(),
                        Deployment.target("web-1", "far"),
                        Deployment.target("web-2", "far"));
        deployment.start(run, false, needs);
        for (var command : deployment.commands(run, 2)) {
            var told = (AcquirePackage) command;
            boolean tells = told.agent().value().endsWith(teller);
            deployment.report(
                    told,
                    tells
                            ? new AcquisitionResult(
                                    BY_SERVER,
                                    nupkg.bytes().length,
                                    0,
                                    2,
                                    List.of("cache theirs-1 gave bytes with the SHA-512 00…"))
                            : new AcquisitionResult(
                                    BY_THEM, nupkg.bytes().length, 0, 1, List.of()));
        }
        deployment.ended(run);
    }

    @Test
    void one_of_two_machines_alone_has_nothing_removed_and_a_second_one_has() throws Exception {
        readByTwo(2, "web-1");
        readByTwo(3, "web-1");
        assertThat(server.asked("DELETE")).isZero();
        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();

        readByTwo(4, "web-2");
        assertThat(server.asked("DELETE")).isZero();
        assertThat(replicated(5).bytes()).isEqualTo(nupkg.bytes().length);
        assertThat(server.asked("DELETE")).isEqualTo(1);
    }

    @Test
    void what_never_shows_itself_and_what_is_not_allowed_is_told_in_words() throws Exception {
        patience.visibleMax(Duration.ofSeconds(1));
        server.hiddenFor.set(Integer.MAX_VALUE);
        assertThat(failed(2)).contains("does not show it");

        put("another-key", "");
        String refused = failed(3);
        assertThat(refused).contains("answered 403", "apiKey").doesNotContain("another-key");
    }
}
