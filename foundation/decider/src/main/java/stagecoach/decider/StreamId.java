package stagecoach.decider;

import java.util.regex.Pattern;

/** The name of a stream of events, such as {@code deployment-7f3k9qzm}. */
public record StreamId(String value) implements Comparable<StreamId> {
    private static final Pattern FORM = Pattern.compile("[a-z]+-[0-9a-zA-Z:._+-]{1,200}");

    /** Refuses what is not a kind, a hyphen and a name. */
    public StreamId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("\"%s\" is no stream id".formatted(value));
        }
    }

    /** The stream of {@code kind} (lower-case letters) named {@code name}. */
    public static StreamId of(String kind, Object name) {
        return new StreamId(kind + "-" + name);
    }

    /** What stands before the first hyphen. */
    public String kind() {
        return value.substring(0, value.indexOf('-'));
    }

    /** What stands behind the first hyphen. */
    public String name() {
        return value.substring(value.indexOf('-') + 1);
    }

    @Override
    public int compareTo(StreamId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
