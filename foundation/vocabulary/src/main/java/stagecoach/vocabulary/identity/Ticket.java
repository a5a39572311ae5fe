package stagecoach.vocabulary.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/**
 * The caller-minted id of one command to one tentacle. It is derived from what the command is for,
 * so that a repeat mints the same ticket and has no second effect.
 */
public record Ticket(UUID value) implements Comparable<Ticket> {
    private static final UUID NAMESPACE = UUID.fromString("6c1f0b0e-3c53-5f0d-9d0e-7a3b5f2d9c41");

    /**
     * The ticket for {@code purpose}: a UUID of version 5 (RFC 9562, section 5.5) over the parts,
     * which must name the work completely (deployment, run, step, place, try).
     */
    public static Ticket of(Object... purpose) {
        var name = new StringBuilder();
        for (Object part : purpose) {
            String text = part.toString();
            name.append(text.length()).append(':').append(text).append('/');
        }
        return new Ticket(version5(name.toString()));
    }

    private static UUID version5(String name) {
        try {
            var sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(
                    ByteBuffer.allocate(16)
                            .putLong(NAMESPACE.getMostSignificantBits())
                            .putLong(NAMESPACE.getLeastSignificantBits())
                            .array());
            byte[] hash = Arrays.copyOf(sha1.digest(name.getBytes(StandardCharsets.UTF_8)), 16);
            hash[6] = (byte) ((hash[6] & 0x0f) | 0x50);
            hash[8] = (byte) ((hash[8] & 0x3f) | 0x80);
            var bits = ByteBuffer.wrap(hash);
            return new UUID(bits.getLong(), bits.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** Reads the usual text form of a UUID. */
    public static Ticket parse(String text) {
        return new Ticket(UUID.fromString(text));
    }

    @Override
    public int compareTo(Ticket other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
