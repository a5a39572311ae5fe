package stagecoach.packages.cache;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.cache.port.NuGetPort;
import stagecoach.packages.server.grant.GrantKeys;
import stagecoach.vocabulary.identity.CacheId;

/** What the cache is told by its environment; each wrong or missing value is a sentence. */
@Singleton
class CacheSettings {
    private final Optional<String> dir;
    private final Optional<String> name;
    private final String host;
    private final int port;
    private final Optional<String> grantKeys;
    private final Optional<String> credential;
    private final long scrubBytesPerSecond;
    private final Duration scrubEvery;
    private final OptionalInt nugetPort;
    private final String nugetHost;
    private final Optional<String> nugetCertificate;
    private final Optional<String> nugetKey;

    CacheSettings(
            @ConfigProperty(name = "STAGECOACH_CACHE_DIR") Optional<String> dir,
            @ConfigProperty(name = "STAGECOACH_CACHE_NAME") Optional<String> name,
            @ConfigProperty(name = "STAGECOACH_CACHE_HOST", defaultValue = "127.0.0.1") String host,
            @ConfigProperty(name = "STAGECOACH_CACHE_PORT", defaultValue = "0") int port,
            @ConfigProperty(name = "STAGECOACH_GRANT_PUBLIC_KEY") Optional<String> grantKeys,
            @ConfigProperty(name = "STAGECOACH_CACHE_CREDENTIAL") Optional<String> credential,
            @ConfigProperty(
                            name = "STAGECOACH_CACHE_SCRUB_BYTES_PER_SECOND",
                            defaultValue = "4194304")
                    long scrubBytesPerSecond,
            @ConfigProperty(name = "STAGECOACH_CACHE_SCRUB_EVERY", defaultValue = "P7D")
                    Duration scrubEvery,
            @ConfigProperty(name = "STAGECOACH_CACHE_NUGET_PORT") OptionalInt nugetPort,
            @ConfigProperty(name = "STAGECOACH_CACHE_NUGET_HOST", defaultValue = "127.0.0.1")
                    String nugetHost,
            @ConfigProperty(name = "STAGECOACH_CACHE_NUGET_CERTIFICATE")
                    Optional<String> nugetCertificate,
            @ConfigProperty(name = "STAGECOACH_CACHE_NUGET_KEY") Optional<String> nugetKey) {
        this.dir = dir;
        this.name = name;
        this.host = host;
        this.port = port;
        this.grantKeys = grantKeys;
        this.credential = credential;
        this.scrubBytesPerSecond = scrubBytesPerSecond;
        this.scrubEvery = scrubEvery;
        this.nugetPort = nugetPort;
        this.nugetHost = nugetHost;
        this.nugetCertificate = nugetCertificate;
        this.nugetKey = nugetKey;
    }

    /** The folder of everything that it keeps. */
    Path dir() {
        return Path.of(
                        required(
                                dir,
                                "STAGECOACH_CACHE_DIR",
                                "the folder that it keeps packages in"))
                .toAbsolutePath();
    }

    /** Its id, by which grants name it. */
    CacheId name() {
        return new CacheId(
                required(name, "STAGECOACH_CACHE_NAME", "the id that it is configured under"));
    }

    /** The address that it listens on. */
    String host() {
        return host;
    }

    /** The port that it listens on; 0 for any free one. */
    int port() {
        return port;
    }

    /** The keys that may have signed grants; several, with commas between, while they change. */
    List<PublicKey> grantKeys() {
        String text =
                required(
                        grantKeys,
                        "STAGECOACH_GRANT_PUBLIC_KEY",
                        "the Ed25519 public key of the central server's grants (X.509, base64)");
        return Arrays.stream(text.split(",", -1)).map(GrantKeys::publicKey).toList();
    }

    /** What the central server shows to it. */
    String credential() {
        return required(
                        credential,
                        "STAGECOACH_CACHE_CREDENTIAL",
                        "what the central server shows to it (docs/how-to/add-a-cache.md says how to make it)")
                .strip();
    }

    /** How fast it reads again what it holds; 0 for not at all. */
    long scrubBytesPerSecond() {
        return scrubBytesPerSecond;
    }

    /** How much time is between two rounds of that. */
    Duration scrubEvery() {
        return scrubEvery;
    }

    /** Where it answers NuGet clients, if it does. */
    Optional<NuGetPort.Address> nuget() {
        if (nugetPort.isEmpty()) {
            return Optional.empty();
        }
        if (nugetCertificate.isPresent() != nugetKey.isPresent()) {
            throw new ConfigurationException(
                    "The cache cannot start: set both STAGECOACH_CACHE_NUGET_CERTIFICATE and STAGECOACH_CACHE_NUGET_KEY, or none of them.");
        }
        Optional<NuGetPort.Certificate> certificate =
                nugetCertificate.map(
                        chain ->
                                new NuGetPort.Certificate(
                                        Path.of(chain), Path.of(nugetKey.orElseThrow())));
        if (certificate.isEmpty() && !isThisMachine(nugetHost)) {
            throw new ConfigurationException(
                    "The cache cannot start: API keys would cross the network in the clear. Give STAGECOACH_CACHE_NUGET_CERTIFICATE and STAGECOACH_CACHE_NUGET_KEY, or leave STAGECOACH_CACHE_NUGET_HOST at 127.0.0.1 behind a proxy with TLS.");
        }
        return Optional.of(new NuGetPort.Address(nugetHost, nugetPort.getAsInt(), certificate));
    }

    private static boolean isThisMachine(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    "The cache cannot start: STAGECOACH_CACHE_NUGET_HOST is no address of this machine: "
                            + host,
                    e);
        }
    }

    private static String required(Optional<String> value, String variable, String what) {
        return value.map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseThrow(
                        () ->
                                new ConfigurationException(
                                        "The cache cannot start: set %s, %s."
                                                .formatted(variable, what)));
    }
}
