package stagecoach.local.launcher.installation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    @TempDir Path root;

    @Test
    void keys_are_made_once_and_readable_by_their_owner_only() throws Exception {
        Path folder = root.resolve("secrets");
        String secretKey = Files.readString(Secrets.in(folder).secretKeyFile());

        Secrets again = Secrets.in(folder);

        assertThat(Files.readString(again.secretKeyFile())).isEqualTo(secretKey);
        assertThat(again.serviceKey()).isNotEqualTo(secretKey);
        assertThat(Base64.getDecoder().decode(secretKey)).hasSize(32);
        assertThat(Files.getPosixFilePermissions(folder))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                assertThat(Files.getPosixFilePermissions(file))
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    @Test
    void what_one_grant_key_signs_the_other_verifies_even_when_one_was_lost_meanwhile()
            throws Exception {
        Path folder = root.resolve("secrets");
        Secrets.in(folder);
        Files.delete(folder.resolve("grant-public-key"));

        Secrets secrets = Secrets.in(folder);

        KeyFactory keys = KeyFactory.getInstance("Ed25519");
        byte[] message = "read this".getBytes(UTF_8);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(
                keys.generatePrivate(new PKCS8EncodedKeySpec(decoded(secrets.grantKey()))));
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(
                keys.generatePublic(new X509EncodedKeySpec(decoded(secrets.grantPublicKey()))));
        signature.update(message);
        assertThat(signature.verify(signed)).isTrue();
    }

    private static byte[] decoded(String text) {
        return Base64.getDecoder().decode(text);
    }
}
