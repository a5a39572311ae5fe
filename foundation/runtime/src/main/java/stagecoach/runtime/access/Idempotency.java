package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.identity.Digest;

/**
 * One effect per {@code Idempotency-Key}: the answer is kept for 24 hours, sealed together with the
 * digest of the request, in the transaction that has the effect. The digest in the open would tell
 * a short secret in the request to who tries them all.
 */
@ApplicationScoped
public class Idempotency {
    private static final Duration KEPT = Duration.ofHours(24);
    private static final int KEY_CHARACTERS_MAX = 200;

    /** In the column of digests: it is sealed with the answer. */
    private static final String SEALED = "";

    /** A few at a time, and never waiting for one another. */
    private static final String FORGET =
            """
            DELETE FROM idempotency WHERE (caller, key) IN (
                SELECT caller, key FROM idempotency WHERE created_at < ?1 LIMIT 100 FOR UPDATE SKIP LOCKED)
            """;

    private final UnitOfWork unitOfWork;
    private final SecretBox box;
    private final Clock clock;

    Idempotency(UnitOfWork unitOfWork, SecretBox box, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.box = box;
        this.clock = clock;
    }

    /**
     * What a request was answered.
     *
     * @param location for the header of that name
     * @param body JSON text
     */
    public record Answer(int status, Optional<String> location, Optional<String> body) {}

    /**
     * Runs {@code work} in a transaction, or gives the answer that the same request got before; of
     * two at the same time the second waits for the first. A refusal (an exception) is not
     * remembered.
     *
     * @param key the header; without one {@code work} simply runs
     * @param caller the id of the API key, which has idempotency keys of its own
     * @param methodAndPath such as {@code POST /api/v1/deployments}
     * @param body the request's bytes
     * @throws OtherRequest if the key was used for another request: a 422
     */
    public Answer once(
            Optional<String> key,
            String caller,
            String methodAndPath,
            byte[] body,
            Function<Tx, Answer> work) {
        if (key.isEmpty()) {
            return unitOfWork.run(work);
        }
        var request = Request.of(key.get(), caller, methodAndPath, body);
        return unitOfWork.run(tx -> once(tx, request, work));
    }

    /**
     * What the same request was answered before, for whoever must look at more than {@link #once}
     * does before it: what a repeat asks for may be judged otherwise by now, and it is answered all
     * the same.
     *
     * @throws OtherRequest if the key was used for another request: a 422
     */
    public Optional<Answer> before(
            Optional<String> key, String caller, String methodAndPath, byte[] body) {
        return key.flatMap(
                known -> {
                    var request = Request.of(known, caller, methodAndPath, body);
                    return unitOfWork.run(tx -> before(tx, request));
                });
    }

    private record Request(String caller, String key, String methodAndPath, Digest digest) {
        static Request of(String key, String caller, String methodAndPath, byte[] body) {
            if (key.isEmpty() || key.length() > KEY_CHARACTERS_MAX) {
                throw new InvalidInput(
                        "",
                        "An Idempotency-Key has 1 to %d characters.".formatted(KEY_CHARACTERS_MAX));
            }
            return new Request(caller, key, methodAndPath, Digest.of(body));
        }

        String context() {
            return Idempotency.context(caller, key);
        }
    }

    private static String context(String caller, String key) {
        return "idempotency:" + caller + ":" + key;
    }

    @Produces
    @Singleton
    static SealedRows sealedRows() {
        return new SealedRows(
                "answers kept for a day",
                "idempotency",
                "body",
                List.of("caller", "key"),
                id -> context(id.getFirst(), id.getLast()),
                tx -> {});
    }

    private Answer once(Tx tx, Request request, Function<Tx, Answer> work) {
        var now = clock.instant();
        tx.execute(FORGET, now.minus(KEPT));
        // The database makes the second of two equal ones wait here until the first has ended.
        int first =
                tx.execute(
                        """
                        INSERT INTO idempotency (caller, key, method_path, body_sha256, created_at)
                        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
                        """,
                        request.caller(),
                        request.key(),
                        request.methodAndPath(),
                        SEALED,
                        now);
        if (first == 0) {
            return before(tx, request).orElseThrow();
        }
        Answer answer = work.apply(tx);
        tx.execute(
                "UPDATE idempotency SET status = ?3, location = ?4, body = ?5 WHERE caller = ?1 AND key = ?2",
                request.caller(),
                request.key(),
                answer.status(),
                answer.location().orElse(null),
                box.seal(new Kept(request.digest(), answer.body()).bytes(), request.context()));
        return answer;
    }

    private Optional<Answer> before(Tx tx, Request request) {
        return tx
                .rows(
                        "SELECT method_path, body_sha256, status, location, body FROM idempotency WHERE caller = ?1 AND key = ?2 AND created_at >= ?3",
                        request.caller(),
                        request.key(),
                        clock.instant().minus(KEPT))
                .stream()
                .findFirst()
                .map(row -> answer(row, request));
    }

    private Answer answer(@Nullable Object[] row, Request request) {
        Kept kept =
                SEALED.equals(row[1])
                        ? Kept.of(opened(row[4], request).orElseThrow())
                        : new Kept(new Digest(String.valueOf(row[1])), opened(row[4], request));
        if (!request.methodAndPath().equals(row[0]) || !request.digest().equals(kept.request())) {
            throw new OtherRequest(request.key());
        }
        return new Answer(
                (Integer) Objects.requireNonNull(row[2]),
                Optional.ofNullable((String) row[3]),
                kept.body());
    }

    private Optional<String> opened(@Nullable Object sealed, Request request) {
        return Optional.ofNullable((byte[]) sealed)
                .map(bytes -> box.open(bytes, request.context()))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /**
     * What is sealed: the digest of the request, and the answer's body if it has one behind a plus
     * sign. An earlier version sealed the body alone.
     */
    private record Kept(Digest request, Optional<String> body) {
        private static final int DIGEST_CHARACTERS = 64;

        static Kept of(String text) {
            String rest = text.substring(DIGEST_CHARACTERS);
            return new Kept(
                    new Digest(text.substring(0, DIGEST_CHARACTERS)),
                    rest.isEmpty() ? Optional.empty() : Optional.of(rest.substring(1)));
        }

        byte[] bytes() {
            return (request + body.map(text -> "+" + text).orElse(""))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The key was used for another request. */
    public static final class OtherRequest extends RuntimeException {
        OtherRequest(String key) {
            super(
                    "Idempotency-Key \"%s\" was used with another request. Take a fresh key for each new request."
                            .formatted(key));
        }
    }
}
