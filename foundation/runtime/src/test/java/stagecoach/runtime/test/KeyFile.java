package stagecoach.runtime.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.vocabulary.sealing.KeyRing;
import stagecoach.vocabulary.sealing.SealingKey;

/** The file with the keys that the service under test seals with; an operator may change it. */
public final class KeyFile {
    static final String PROPERTY = "STAGECOACH_SECRET_KEY_FILE";

    private KeyFile() {}

    /** A new file with this text. */
    static Path make(String text) {
        try {
            Path file = Files.createTempFile("stagecoach-keys", "");
            Files.writeString(file, text);
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The keys in it. */
    public static KeyRing ring() {
        try {
            return KeyRing.parse(Files.readString(path()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets a new key seal from now on, and tells its id. */
    public static KeyId addKey() {
        var key = freshKey();
        write(ring().sealingWith(key));
        return key.id();
    }

    /** A key that nobody has had before. */
    public static SealingKey freshKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return SealingKey.of(bytes);
    }

    /** Replaces all keys at once, as nobody should without a rotation. */
    public static void write(KeyRing ring) {
        write(ring.text());
    }

    /** Leaves the key only that seals. */
    public static void dropOlder() {
        write(KeyRing.of(ring().current()));
    }

    /** Replaces the text, whole or not at all. */
    public static void write(String text) {
        try {
            Files.move(
                    make(text),
                    path(),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it lies. */
    public static Path path() {
        return Path.of(ConfigProvider.getConfig().getValue(PROPERTY, String.class));
    }
}
