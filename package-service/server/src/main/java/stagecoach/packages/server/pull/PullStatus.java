package stagecoach.packages.server.pull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import stagecoach.vocabulary.packages.Sha512;

/**
 * How a pull stands.
 *
 * @param bytesHere how much of the package is there
 * @param bytes read from the server by this pull, over all tries; 0 where the cache held it
 * @param bytesResumed already there from an interrupted try when the last one began
 * @param tries downloads that were begun
 * @param failure of FAILED
 */
public record PullStatus(
        State state,
        long bytesHere,
        long bytes,
        long bytesResumed,
        int tries,
        Optional<Failure> failure) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The states; the last two are ends. */
    public enum State {
        PULLING,
        /** The cache holds it, verified. */
        HELD,
        FAILED
    }

    /**
     * Why a pull failed.
     *
     * @param kind what it means for the one who ordered it
     * @param reason for people
     */
    public record Failure(Kind kind, String reason) {

        /** What to do about it. */
        public enum Kind {
            /** It may work if it is ordered again. */
            TEMPORARY,
            /** The server would not give it: the grant was refused. */
            REFUSED,
            /** The server gave other bytes than those of the digest. */
            WRONG_BYTES,
            /** Ordering it again will not help. */
            PERMANENT
        }
    }

    /** Whether nothing more will happen. */
    public boolean ended() {
        return state != State.PULLING;
    }

    /** As the body of an answer, UTF-8 JSON. */
    public byte[] json(Sha512 sha512) {
        var document = JSON.createObjectNode();
        document.put("sha512", sha512.hex());
        document.put("state", state.name());
        document.put("bytesHere", bytesHere);
        document.put("bytes", bytes);
        document.put("bytesResumed", bytesResumed);
        document.put("tries", tries);
        failure.ifPresent(
                why -> {
                    document.put("failure", why.kind().name());
                    document.put("reason", why.reason());
                });
        try {
            return JSON.writeValueAsBytes(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Reads the body of an answer.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static PullStatus parse(byte[] json) {
        JsonNode document;
        try {
            document = JSON.readTree(json);
        } catch (IOException noJson) {
            throw new IllegalArgumentException("The answer is no JSON.", noJson);
        }
        var state = State.valueOf(document.path("state").asText());
        return new PullStatus(
                state,
                document.path("bytesHere").asLong(),
                document.path("bytes").asLong(),
                document.path("bytesResumed").asLong(),
                document.path("tries").asInt(),
                state == State.FAILED
                        ? Optional.of(
                                new Failure(
                                        Failure.Kind.valueOf(document.path("failure").asText()),
                                        document.path("reason").asText()))
                        : Optional.empty());
    }
}
