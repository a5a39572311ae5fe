package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import stagecoach.local.launcher.supervisor.AtomicFile;

/**
 * The keys of the local default, made at the first start and readable by their owner only: a file
 * each in {@code secrets/}.
 */
public final class Secrets {
    private static final int KEY_BYTES = 32;

    private final Path folder;
    private final SecureRandom random = new SecureRandom();

    private Secrets(Path folder) {
        this.folder = folder;
    }

    /** Those of a folder; the ones that are missing are made now. */
    static Secrets in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Secrets secrets = new Secrets(folder);
        secrets.make("service-key");
        secrets.make("secret-key");
        secrets.make("cache-trust");
        secrets.make("postgres-password");
        secrets.makeAdminKey();
        secrets.makeGrantKeys();
        return secrets;
    }

    /** What services sign their calls to each other with, base64. */
    String serviceKey() throws IOException {
        return read("service-key");
    }

    /** The file with what secrets are kept encrypted with: a key a line, the newest first. */
    Path secretKeyFile() {
        return folder.resolve("secret-key");
    }

    /** What the credentials of caches are derived from; the package-service's alone, base64. */
    String cacheTrust() throws IOException {
        return read("cache-trust");
    }

    /** The database's. */
    String postgresPassword() throws IOException {
        return read("postgres-password");
    }

    /** What read grants are signed with: Ed25519, PKCS #8, base64. */
    String grantKey() throws IOException {
        return read("grant-key");
    }

    /** What caches check read grants with: Ed25519, X.509, base64. */
    String grantPublicKey() throws IOException {
        return read("grant-public-key");
    }

    /** The file with the API key of the first administrator. */
    Path adminKeyFile() {
        return folder.resolve("admin-key");
    }

    private void make(String name) throws IOException {
        if (!Files.exists(folder.resolve(name))) {
            AtomicFile.write(
                    folder.resolve(name), Base64.getEncoder().encodeToString(randomBytes()));
        }
    }

    private void makeAdminKey() throws IOException {
        if (!Files.exists(adminKeyFile())) {
            AtomicFile.write(
                    adminKeyFile(),
                    "sc-" + Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes()));
        }
    }

    /** Half a pair is worth nothing. */
    private void makeGrantKeys() throws IOException {
        if (Files.exists(folder.resolve("grant-key"))
                && Files.exists(folder.resolve("grant-public-key"))) {
            return;
        }
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            AtomicFile.write(
                    folder.resolve("grant-public-key"),
                    Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
            AtomicFile.write(
                    folder.resolve("grant-key"),
                    Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    private String read(String name) throws IOException {
        return Files.readString(folder.resolve(name)).strip();
    }
}
