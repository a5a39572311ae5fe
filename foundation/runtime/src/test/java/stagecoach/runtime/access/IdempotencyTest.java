package stagecoach.runtime.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;

import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Idempotency.Answer;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.Digest;

@ToyTest
class IdempotencyTest {
    @Inject Idempotency idempotency;
    @Inject UnitOfWork unitOfWork;
    @Inject SecretBox box;

    private final String key = UUID.randomUUID().toString();
    private final AtomicInteger effects = new AtomicInteger();

    private Answer answer() {
        int effect = effects.incrementAndGet();
        return new Answer(
                201, Optional.of("/things/" + effect), Optional.of("{\"n\":" + effect + "}"));
    }

    private Answer once(Idempotency with, String caller, String path, String body) {
        return with.once(
                Optional.of(key),
                caller,
                path,
                body.getBytes(StandardCharsets.UTF_8),
                tx -> answer());
    }

    @Test
    void the_same_request_gets_the_first_answer_again() {
        var first = once(idempotency, "ann", "POST /things", "body");
        assertThat(once(idempotency, "ann", "POST /things", "body")).isEqualTo(first);
        assertThat(effects).hasValue(1);
        assertThat(first.location()).contains("/things/1");
    }

    @Test
    void another_body_or_path_is_refused_and_another_caller_has_keys_of_his_own() {
        once(idempotency, "ann", "POST /things", "body");
        assertThatThrownBy(() -> once(idempotency, "ann", "POST /things", "other"))
                .isInstanceOf(Idempotency.OtherRequest.class);
        assertThatThrownBy(() -> once(idempotency, "ann", "POST /others", "body"))
                .isInstanceOf(Idempotency.OtherRequest.class);
        assertThat(once(idempotency, "bob", "POST /things", "body").location())
                .contains("/things/2");
    }

    @Test
    void of_many_at_once_one_has_the_effect_and_all_get_its_answer() {
        var answers =
                IntStream.range(0, 6)
                        .mapToObj(
                                i ->
                                        CompletableFuture.supplyAsync(
                                                () ->
                                                        once(
                                                                idempotency,
                                                                "ann",
                                                                "POST /things",
                                                                "b")))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(effects).hasValue(1);
        assertThat(answers).containsOnly(answers.getFirst());
    }

    @Test
    void a_refusal_is_not_remembered() {
        assertThatThrownBy(
                        () ->
                                idempotency.once(
                                        Optional.of(key),
                                        "ann",
                                        "POST /things",
                                        new byte[0],
                                        tx -> {
                                            throw new Rejection(
                                                    Rejection.Kind.CONFLICT,
                                                    "taken",
                                                    "It is taken.");
                                        }))
                .isInstanceOf(Rejection.class);
        assertThat(
                        idempotency
                                .once(
                                        Optional.of(key),
                                        "ann",
                                        "POST /things",
                                        new byte[0],
                                        tx -> answer())
                                .status())
                .isEqualTo(201);
    }

    @Test
    void what_is_kept_tells_nothing_of_the_request() {
        once(idempotency, "ann", "POST /things", "pin=4711");
        var row =
                unitOfWork.run(
                        tx ->
                                tx.rows(
                                                "SELECT body_sha256, body FROM idempotency WHERE key = ?1",
                                                key)
                                        .getFirst());
        assertThat(row[0]).isEqualTo("");
        assertThat(box.open((byte[]) row[1], "idempotency:ann:" + key))
                .startsWith(Digest.of("pin=4711").value().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void an_answer_without_a_body_and_one_of_an_earlier_version_are_given_again() {
        var bare = new Answer(204, Optional.empty(), Optional.empty());
        byte[] body = "body".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 2; i++) {
            assertThat(
                            idempotency.once(
                                    Optional.of(key), "bob", "DELETE /things", body, tx -> bare))
                    .isEqualTo(bare);
        }
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "INSERT INTO idempotency (caller, key, method_path, body_sha256, status, body, created_at) VALUES ('ann', ?1, 'POST /things', ?2, 201, ?3, now())",
                                key,
                                Digest.of("body").value(),
                                box.seal(
                                        "{}".getBytes(StandardCharsets.UTF_8),
                                        "idempotency:ann:" + key)));
        assertThat(once(idempotency, "ann", "POST /things", "body"))
                .isEqualTo(new Answer(201, Optional.empty(), Optional.of("{}")));
        assertThat(effects).hasValue(0);
    }

    @Test
    void a_key_is_fresh_again_after_a_day() {
        once(idempotency, "ann", "POST /things", "body");
        var tomorrow =
                new Idempotency(
                        unitOfWork,
                        box,
                        Clock.offset(Clock.systemUTC(), Duration.ofHours(24).plusSeconds(1)));
        assertThat(once(tomorrow, "ann", "POST /things", "other").location()).contains("/things/2");
    }

    @Test
    void over_http_it_is_the_header_that_counts() {
        String location =
                given().header("Authorization", TestKeys.DEPLOY.bearer())
                        .header("Idempotency-Key", key)
                        .body("ann")
                        .post("/api/v1/accounts")
                        .then()
                        .statusCode(201)
                        .extract()
                        .header("Location");
        given().header("Authorization", TestKeys.DEPLOY.bearer())
                .header("Idempotency-Key", key)
                .body("ann")
                .post("/api/v1/accounts")
                .then()
                .statusCode(201)
                .header("Location", location);
        given().header("Authorization", TestKeys.DEPLOY.bearer())
                .header("Idempotency-Key", key)
                .body("bob")
                .post("/api/v1/accounts")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", containsString("idempotency-key-used"));
    }
}
