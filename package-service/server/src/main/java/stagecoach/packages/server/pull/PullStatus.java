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
     * @param bytesMissing of NO_ROOM, how many bytes must become free
     */
    public record Failure(Kind kind, String reason, long bytesMissing) {
        /** One that is not about room. */
        public Failure(Kind kind, String reason) {
            this(kind, reason, 0);
        }

        /** The disk has too little room. */
        public static Failure noRoom(String reason, long bytesMissing) {
            return new Failure(Kind.NO_ROOM, reason, bytesMissing);
        }

        /** What to do about it. */
        public enum Kind {
            /** It may work if it is ordered again. */
            TEMPORARY,
            /** The server would not give it: the grant was refused. */
            REFUSED,
            /** The server gave other bytes than those of the digest. */
            WRONG_BYTES,
            /** The disk has too little room; it works when other packages have gone. */
            NO_ROOM,
            /** Ordering it again will not help. */
            PERMANENT
        }

        /** Servers of before NO_ROOM know no such kind, and can do nothing about it. */
        private Kind told() {
            return kind == Kind.NO_ROOM ? Kind.PERMANENT : kind;
        }

        private static Failure parse(JsonNode document) {
            var kind = Kind.valueOf(document.path("failure").asText());
            String reason = document.path("reason").asText();
            long missing = document.path("bytesMissing").asLong();
            return missing > 0 ? noRoom(reason, missing) : new Failure(kind, reason);
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
                    document.put("failure", why.told().name());
                    document.put("reason", why.reason());
                    if (why.kind() == Failure.Kind.NO_ROOM) {
                        document.put("bytesMissing", why.bytesMissing());
                    }
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
                state == State.FAILED ? Optional.of(Failure.parse(document)) : Optional.empty());
    }
}
