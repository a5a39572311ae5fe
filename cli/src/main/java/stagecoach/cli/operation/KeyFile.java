package stagecoach.cli.operation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.crypto.KeyGenerator;
import stagecoach.vocabulary.sealing.KeyRing;
import stagecoach.vocabulary.sealing.SealingKey;

/** The file that services read their keys from; whoever reads it sees the old or the new keys. */
record KeyFile(Path path) {
    /**
     * The keys in it; empty if there is no file.
     *
     * @throws IllegalArgumentException with a sentence if it holds anything but keys
     */
    Optional<KeyRing> read() throws IOException {
        return exists() ? Optional.of(KeyRing.parse(Files.readString(path))) : Optional.empty();
    }

    /** A key that nobody has had before. */
    static SealingKey freshKey() {
        try {
            var generator = KeyGenerator.getInstance("AES");
            generator.init(256);
            return SealingKey.of(generator.generateKey().getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has AES", e);
        }
    }

    /** Whether it is there. */
    boolean exists() {
        return Files.exists(path);
    }

    /** Replaces the keys; the file stays whose it is, a new one is for its owner only. */
    void write(KeyRing ring) throws IOException {
        Path file = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        Path draft = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".draft");
        try {
            Files.writeString(draft, ring.text());
            if (Files.exists(file)) {
                beLike(Files.readAttributes(file, PosixFileAttributes.class), draft);
            }
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static void beLike(PosixFileAttributes before, Path draft) throws IOException {
        if (!Files.getOwner(draft).equals(before.owner())) {
            Files.setOwner(draft, before.owner());
        }
        Files.setPosixFilePermissions(draft, before.permissions());
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
