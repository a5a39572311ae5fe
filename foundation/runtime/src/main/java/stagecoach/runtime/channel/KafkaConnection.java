package stagecoach.runtime.channel;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * How this service gets to Kafka: where it is, and by which right and over which encryption. All
 * its consumers, producers and questions go this way. Whoever can write to Kafka can have anything
 * run, so what contradicts itself is refused at the start.
 */
@Singleton
public class KafkaConnection {
    private static final String PLAIN = "PLAIN";

    private final Map<String, Object> settings;
    private final String told;

    /**
     * Reads {@code STAGECOACH_KAFKA} and what begins with {@code STAGECOACH_KAFKA_}.
     *
     * @throws IllegalStateException with a sentence if they contradict one another
     */
    @Inject
    KafkaConnection(
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrap,
            @ConfigProperty(name = "stagecoach.kafka.security-protocol")
                    Optional<SecurityProtocol> protocol,
            @ConfigProperty(name = "stagecoach.kafka.sasl-mechanism") Optional<String> mechanism,
            @ConfigProperty(name = "stagecoach.kafka.username") Optional<String> username,
            @ConfigProperty(name = "stagecoach.kafka.password") Optional<String> password,
            @ConfigProperty(name = "stagecoach.kafka.password-file") Optional<String> passwordFile,
            @ConfigProperty(name = "stagecoach.kafka.ca") Optional<String> ca,
            @ConfigProperty(name = "stagecoach.kafka.certificate") Optional<String> certificate,
            @ConfigProperty(name = "stagecoach.kafka.key") Optional<String> key) {
        var used = protocol.orElse(SecurityProtocol.PLAINTEXT);
        boolean sasl = used == SecurityProtocol.SASL_PLAINTEXT || used == SecurityProtocol.SASL_SSL;
        boolean tls = used == SecurityProtocol.SSL || used == SecurityProtocol.SASL_SSL;
        boolean encrypts = ca.isPresent() || certificate.isPresent() || key.isPresent();
        refuseIf(
                !sasl && (username.isPresent() || password.isPresent() || passwordFile.isPresent()),
                "There is a user or a password for Kafka, and STAGECOACH_KAFKA_SECURITY_PROTOCOL is %s, with which nobody would ask for them. Set it to SASL_SSL (or SASL_PLAINTEXT, where nobody else reads the network)."
                        .formatted(used));
        refuseIf(
                !tls && encrypts,
                "There are certificates for Kafka, and STAGECOACH_KAFKA_SECURITY_PROTOCOL is %s, which does not encrypt. Set it to SASL_SSL or SSL."
                        .formatted(used));
        refuseIf(
                certificate.isPresent() != key.isPresent(),
                "STAGECOACH_KAFKA_CERTIFICATE and STAGECOACH_KAFKA_KEY belong together. Set both, or neither.");
        var all = new LinkedHashMap<String, Object>();
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        if (used != SecurityProtocol.PLAINTEXT) {
            all.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, used.name);
        }
        if (sasl) {
            refuseIf(
                    username.isEmpty() || password.isPresent() == passwordFile.isPresent(),
                    "STAGECOACH_KAFKA_SECURITY_PROTOCOL %s takes STAGECOACH_KAFKA_USERNAME and one of STAGECOACH_KAFKA_PASSWORD and STAGECOACH_KAFKA_PASSWORD_FILE."
                            .formatted(used));
            String with = mechanism.orElse("SCRAM-SHA-512");
            all.put(SaslConfigs.SASL_MECHANISM, with);
            all.put(
                    SaslConfigs.SASL_JAAS_CONFIG,
                    "%s required username=%s password=%s;"
                            .formatted(
                                    moduleOf(with),
                                    quoted(username.orElseThrow()),
                                    quoted(
                                            password.orElseGet(
                                                    () -> read(passwordFile.orElseThrow())))));
        }
        ca.ifPresent(
                file -> {
                    all.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
                    all.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, read(file));
                });
        certificate.ifPresent(
                file -> {
                    all.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
                    all.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, read(file));
                    all.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, read(key.orElseThrow()));
                });
        settings = Map.copyOf(all);
        told = "%s by %s%s".formatted(bootstrap, used, username.map(u -> " as " + u).orElse(""));
    }

    /** A broker that asks nobody who he is, as in tests. */
    public static KafkaConnection open(String bootstrap) {
        return new KafkaConnection(
                bootstrap,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** What every client of Kafka is configured with; the password is in it. */
    public Map<String, Object> settings() {
        return settings;
    }

    /** Where, how and as whom; never with what. */
    @Override
    public String toString() {
        return told;
    }

    private static String moduleOf(String mechanism) {
        return switch (mechanism) {
            case PLAIN -> PlainLoginModule.class.getName();
            case "SCRAM-SHA-256", "SCRAM-SHA-512" -> ScramLoginModule.class.getName();
            default ->
                    throw new IllegalStateException(
                            "STAGECOACH_KAFKA_SASL_MECHANISM is \"%s\", and can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."
                                    .formatted(mechanism));
        };
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "%s, which is named for Kafka, cannot be read. Correct the name, or let this service read it."
                            .formatted(file),
                    e);
        }
    }

    private static void refuseIf(boolean wrong, String sentence) {
        if (wrong) {
            throw new IllegalStateException(sentence);
        }
    }
}
