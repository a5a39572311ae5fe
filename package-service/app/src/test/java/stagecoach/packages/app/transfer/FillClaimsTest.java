package stagecoach.packages.app.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.PackageServiceTest;
import stagecoach.packages.app.transfer.FillClaims.Claim;
import stagecoach.packages.app.transfer.FillClaims.Standing;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

@PackageServiceTest
class FillClaimsTest {
    @Inject UnitOfWork unitOfWork;
    @Inject FillClaims claims;

    private final CacheId cache = new CacheId("claimed-" + UUID.randomUUID());
    private final Sha512 sha512 = Sha512.hashOf(new byte[3]);

    private static <T> T call(Callable<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.submit(work).get();
        }
    }

    private Claim of(String asker) {
        return claims.of(cache, sha512, asker);
    }

    private static void given(Claim claim) throws Exception {
        call(
                () -> {
                    claim.close();
                    return true;
                });
    }

    @Test
    void one_at_a_time_has_it_and_the_next_one_when_it_is_given_back() throws Exception {
        Claim first = of("a");
        Claim second = of("b");
        assertThat(call(first::take)).isEqualTo(new Standing.Ours());
        assertThat(call(second::take)).isEqualTo(new Standing.AnOthers());
        given(second);
        assertThat(call(of("c")::take)).isEqualTo(new Standing.AnOthers());
        given(first);
        assertThat(call(second::take)).isEqualTo(new Standing.Ours());
    }

    @Test
    void the_same_asker_is_told_what_came_of_it_and_another_may_do_it_again() throws Exception {
        Claim first = of("a");
        call(first::take);
        call(
                () -> {
                    first.done(7, 3);
                    return true;
                });
        given(first);
        assertThat(call(of("a")::take)).isEqualTo(new Standing.Done(7, 3));
        assertThat(call(of("b")::take)).isEqualTo(new Standing.Ours());
    }

    @Test
    void while_nobody_asks_whether_it_is_ours_it_is_kept() throws Exception {
        Claim waiting = of("a");
        call(waiting::take);
        call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE fill_claim SET held_until = now() + interval '1 hour' WHERE cache = ?1",
                                                cache.value())));

        // It is renewed for less than an hour.
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                call(
                                                () ->
                                                        unitOfWork.run(
                                                                tx ->
                                                                        tx.rows(
                                                                                        "SELECT 1, 0 FROM fill_claim WHERE cache = ?1 AND held_until < now() + interval '30 minutes'",
                                                                                        cache
                                                                                                .value())
                                                                                .size()))
                                        == 1);
        given(waiting);
    }

    @Test
    void whoever_was_killed_loses_it_and_a_late_one_gives_back_nothing_of_another_s()
            throws Exception {
        Claim killed = of("a");
        Claim next = of("a");
        call(killed::take);
        call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE fill_claim SET held_until = now() - interval '1 second' WHERE cache = ?1",
                                                cache.value())));
        assertThat(call(next::take)).isEqualTo(new Standing.Ours());
        given(killed);
        assertThat(call(of("b")::take)).isEqualTo(new Standing.AnOthers());
    }
}
