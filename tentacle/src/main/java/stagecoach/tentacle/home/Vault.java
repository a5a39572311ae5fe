package stagecoach.tentacle.home;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import stagecoach.trust.PrivateFiles;

/**
 * Seals what must not lie readable on this machine's disk (AES-256-GCM, a fresh nonce each time).
 * It keeps secrets out of backups and support archives of the work folder; who can read the key's
 * file can read them.
 */
public final class Vault {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private Vault(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    static Vault open(Path keyFile) throws IOException {
        if (!Files.exists(keyFile)) {
            byte[] fresh = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(fresh);
            PrivateFiles.write(keyFile, fresh);
        }
        byte[] key = Files.readAllBytes(keyFile);
        if (key.length != KEY_BYTES) {
            throw new IOException(
                    "%s is damaged: a key has %d bytes, this file %d. Remove it; commands that were under way will be reported as unknown."
                            .formatted(keyFile, KEY_BYTES, key.length));
        }
        return new Vault(key);
    }

    /** Seals {@code plain}; it opens again only for the same {@code purpose}. */
    public byte[] seal(byte[] plain, String purpose) {
        try {
            byte[] nonce = new byte[NONCE_BYTES];
            random.nextBytes(nonce);
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, purpose);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(plain.length));
            int length = cipher.doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
            return Arrays.copyOf(sealed, NONCE_BYTES + length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @throws IOException if it was sealed with another key or for another purpose, or is damaged
     */
    public byte[] open(byte[] sealed, String purpose) throws IOException {
        try {
            if (sealed.length < NONCE_BYTES) {
                throw new IOException("it is too short to be sealed");
            }
            Cipher cipher =
                    cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE_BYTES), purpose);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IOException("it does not open with this machine's key", e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
