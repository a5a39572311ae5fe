package stagecoach.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.runtime.outbox.Producers;

/** How a service gets to a broker that asks who it is. */
class KafkaConnectionTest {
    private static final char[] STORE = "changeit".toCharArray();

    @TempDir Path folder;

    /** A connection by the ends of the names of its settings. */
    private static KafkaConnection connection(Map<String, String> said) {
        var rest = new HashMap<>(said);
        var connection =
                new KafkaConnection(
                        "127.0.0.1:9",
                        Optional.ofNullable(rest.remove("SECURITY_PROTOCOL"))
                                .map(SecurityProtocol::valueOf),
                        Optional.ofNullable(rest.remove("SASL_MECHANISM")),
                        Optional.ofNullable(rest.remove("USERNAME")),
                        Optional.ofNullable(rest.remove("PASSWORD")),
                        Optional.ofNullable(rest.remove("PASSWORD_FILE")),
                        Optional.ofNullable(rest.remove("CA")),
                        Optional.ofNullable(rest.remove("CERTIFICATE")),
                        Optional.ofNullable(rest.remove("KEY")));
        assertThat(rest).isEmpty();
        return connection;
    }

    private static void refused(Map<String, String> said, String sentence) {
        assertThatThrownBy(() -> connection(said))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void a_user_with_a_password_goes_into_what_every_client_gets_and_into_no_text()
            throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "se\"cr\\et\n");
        var connection =
                connection(
                        Map.of(
                                "SECURITY_PROTOCOL",
                                "SASL_SSL",
                                "USERNAME",
                                "orchestrator",
                                "PASSWORD_FILE",
                                file.toString()));
        assertThat(connection.settings())
                .containsEntry("bootstrap.servers", "127.0.0.1:9")
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"orchestrator\" password=\"se\\\"cr\\\\et\";");
        assertThat(connection).hasToString("127.0.0.1:9 by SASL_SSL as orchestrator");
        assertThat(
                        connection(
                                        Map.of(
                                                "SECURITY_PROTOCOL",
                                                "SASL_PLAINTEXT",
                                                "SASL_MECHANISM",
                                                "PLAIN",
                                                "USERNAME",
                                                "u",
                                                "PASSWORD",
                                                "p"))
                                .settings()
                                .get("sasl.jaas.config"))
                .asString()
                .startsWith("org.apache.kafka.common.security.plain.PlainLoginModule");
    }

    @Test
    void what_contradicts_itself_is_refused_at_the_start() {
        refused(Map.of("USERNAME", "u", "PASSWORD", "p"), "nobody would ask for them");
        refused(
                Map.of("SECURITY_PROTOCOL", "SSL", "USERNAME", "u", "PASSWORD", "p"),
                "nobody would ask for them");
        refused(Map.of("SECURITY_PROTOCOL", "SASL_SSL"), "takes STAGECOACH_KAFKA_USERNAME");
        refused(
                Map.of("SECURITY_PROTOCOL", "SASL_SSL", "USERNAME", "u"),
                "one of STAGECOACH_KAFKA_PASSWORD");
        refused(
                Map.of(
                        "SECURITY_PROTOCOL",
                        "SASL_SSL",
                        "USERNAME",
                        "u",
                        "PASSWORD",
                        "p",
                        "PASSWORD_FILE",
                        "f"),
                "one of STAGECOACH_KAFKA_PASSWORD");
        refused(Map.of("CA", "ca.pem"), "does not encrypt");
        refused(
                Map.of("SECURITY_PROTOCOL", "SSL", "CERTIFICATE", "c"),
                "STAGECOACH_KAFKA_CERTIFICATE and STAGECOACH_KAFKA_KEY belong together");
        refused(
                Map.of(
                        "SECURITY_PROTOCOL",
                        "SASL_SSL",
                        "SASL_MECHANISM",
                        "GSSAPI",
                        "USERNAME",
                        "u",
                        "PASSWORD",
                        "p"),
                "can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
        refused(
                Map.of("SECURITY_PROTOCOL", "SSL", "CA", folder.resolve("none").toString()),
                "cannot be read");
    }

    @Test
    void clients_take_certificates_and_a_key_in_pem_files() throws Exception {
        Path store = folder.resolve("store.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                                "-genkeypair",
                                "-alias",
                                "a",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=kafka",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                new String(STORE))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), STORE);
        Path certificate = pem("certificate", "CERTIFICATE", keys.getCertificate("a").getEncoded());
        Path key = pem("key", "PRIVATE KEY", keys.getKey("a", STORE).getEncoded());
        var connection =
                connection(
                        Map.of(
                                "SECURITY_PROTOCOL",
                                "SASL_SSL",
                                "USERNAME",
                                "u",
                                "PASSWORD",
                                "p",
                                "CA",
                                certificate.toString(),
                                "CERTIFICATE",
                                certificate.toString(),
                                "KEY",
                                key.toString()));
        // A client reads them when it is made, and refuses what it cannot use.
        try (var producer = Producers.open(connection, "pem", "none");
                var admin = Admins.open(connection, "pem", Duration.ofSeconds(1))) {
            assertThat(producer).isNotNull();
            assertThat(admin).isNotNull();
        }
    }

    private Path pem(String name, String label, byte[] content) throws IOException {
        String lines =
                Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content);
        return Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, lines));
    }
}
