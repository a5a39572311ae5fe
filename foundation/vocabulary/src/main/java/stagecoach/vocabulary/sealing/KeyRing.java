package stagecoach.vocabulary.sealing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The keys that somebody holds: the first seals, all of them open. As text it is a key a line (or
 * with spaces or commas between them), the one that seals first; lines that begin with {@code #}
 * are for people.
 */
public final class KeyRing {
    private final List<SealingKey> keys;

    private KeyRing(List<SealingKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** A ring of one key. */
    public static KeyRing of(SealingKey key) {
        return new KeyRing(List.of(key));
    }

    /**
     * Reads what {@link #text} wrote, or what people did.
     *
     * @throws IllegalArgumentException with a sentence that tells which key is wrong and why, and
     *     nothing of the keys
     */
    public static KeyRing parse(String text) {
        String withoutNotes =
                text.lines()
                        .filter(line -> !line.stripLeading().startsWith("#"))
                        .collect(Collectors.joining("\n"));
        List<SealingKey> keys = new ArrayList<>();
        int number = 0;
        for (String written : withoutNotes.split("[\\s,]+", -1)) {
            if (written.isEmpty()) {
                continue;
            }
            number++;
            SealingKey key = parse(written, number);
            if (!keys.contains(key)) {
                refuseNamesake(key, keys);
                keys.add(key);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("There is no key in it.");
        }
        return new KeyRing(keys);
    }

    private static SealingKey parse(String written, int number) {
        try {
            return SealingKey.parse(written);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Key %d %s.".formatted(number, e.getMessage()));
        }
    }

    private static void refuseNamesake(SealingKey key, List<SealingKey> others) {
        if (others.stream().anyMatch(other -> other.id().equals(key.id()))) {
            throw new IllegalArgumentException(
                    "Two different keys have the id %s. Make another one.".formatted(key.id()));
        }
    }

    /** The key that seals. */
    public SealingKey current() {
        return keys.getFirst();
    }

    /** All of them, the one that seals first. */
    public List<SealingKey> keys() {
        return keys;
    }

    /** The ids of those that only open. */
    public List<KeyId> older() {
        return keys.stream().skip(1).map(SealingKey::id).toList();
    }

    /** The key of this id. */
    public Optional<SealingKey> find(KeyId id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** This ring with a key that seals from now on. */
    public KeyRing sealingWith(SealingKey key) {
        List<SealingKey> more = new ArrayList<>(keys);
        more.remove(key);
        more.addFirst(key);
        return new KeyRing(more);
    }

    /**
     * This ring without an older key.
     *
     * @throws IllegalArgumentException if it is the key that seals
     */
    public KeyRing without(KeyId id) {
        if (current().id().equals(id)) {
            throw new IllegalArgumentException("Key %s seals.".formatted(id));
        }
        return new KeyRing(keys.stream().filter(key -> !key.id().equals(id)).toList());
    }

    /** As it stands in a key file. */
    public String text() {
        return keys.stream().map(SealingKey::text).collect(Collectors.joining("\n", "", "\n"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRing ring && keys.equals(ring.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }

    /** The ids, the one that seals first. */
    @Override
    public String toString() {
        return keys.toString();
    }
}
