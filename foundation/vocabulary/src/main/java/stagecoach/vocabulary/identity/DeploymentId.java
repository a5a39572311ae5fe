package stagecoach.vocabulary.identity;

import java.util.regex.Pattern;

/**
 * The id of a deployment: eight characters of Crockford's base 32 in lower case, easy to say and to
 * type.
 */
public record DeploymentId(String value) implements Comparable<DeploymentId> {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final Pattern FORM = Pattern.compile("[" + ALPHABET + "]{8}");

    /** Refuses anything but eight characters of the alphabet. */
    public DeploymentId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no deployment id: it has eight characters, such as 7f3k9qzm"
                            .formatted(value));
        }
    }

    /**
     * The id made of the lowest 40 bits of {@code randomBits}; the caller brings the randomness.
     */
    public static DeploymentId ofBits(long randomBits) {
        var characters = new StringBuilder(8);
        for (int shift = 35; shift >= 0; shift -= 5) {
            characters.append(ALPHABET.charAt((int) (randomBits >>> shift) & 31));
        }
        return new DeploymentId(characters.toString());
    }

    @Override
    public int compareTo(DeploymentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
