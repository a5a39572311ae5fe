package stagecoach.packages.app.grant;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.grant.GrantDecision;
import stagecoach.packages.server.grant.GrantKeys;
import stagecoach.packages.server.grant.GrantSigner;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.packages.server.grant.ReadGrant;
import stagecoach.packages.server.grant.Reader;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Signs grants with the key from {@code STAGECOACH_GRANT_KEY} (Ed25519, PKCS#8, base64 or PEM) or
 * the file that {@code STAGECOACH_GRANT_KEY_FILE} names, and judges those for this server itself.
 */
@Singleton
public class GrantAuthority {
    private final Optional<String> key;
    private final Optional<String> keyFile;
    private final Duration valid;
    private final Clock clock;
    private @Nullable Keys keys;

    GrantAuthority(
            @ConfigProperty(name = "STAGECOACH_GRANT_KEY") Optional<String> key,
            @ConfigProperty(name = "STAGECOACH_GRANT_KEY_FILE") Optional<String> keyFile,
            @ConfigProperty(name = "stagecoach.grants.valid", defaultValue = "PT1H") Duration valid,
            Clock clock) {
        this.key = key;
        this.keyFile = keyFile;
        this.valid = valid;
        this.clock = clock;
    }

    /** A token that lets a tentacle read a package from a cache. */
    public String forTentacle(Sha512 sha512, Reader.Tentacle tentacle, CacheId cache) {
        return sign(sha512, tentacle, cache.value());
    }

    /** A token that lets a cache pull a package from here. */
    public String forCache(Sha512 sha512, CacheId cache) {
        return sign(sha512, new Reader.Cache(cache), ReadGrant.CENTRAL);
    }

    /** Whether a cache may pull a package from here. */
    public GrantDecision judge(String token, CacheId cache, Sha512 sha512) {
        return keys().verifier().decide(token, new Reader.Cache(cache), sha512, clock.instant());
    }

    /** How long a token is good for. */
    public Duration valid() {
        return valid;
    }

    private String sign(Sha512 sha512, Reader reader, String audience) {
        return keys().signer()
                .sign(new ReadGrant(sha512, reader, audience, clock.instant().plus(valid)));
    }

    private synchronized Keys keys() {
        if (keys == null) {
            keys = Keys.of(GrantKeys.privateKey(text()));
        }
        return keys;
    }

    private String text() {
        return key.or(() -> keyFile.map(GrantAuthority::read))
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "Set STAGECOACH_GRANT_KEY to an Ed25519 private key (PKCS#8, base64), or STAGECOACH_GRANT_KEY_FILE to the file that holds it."));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The file that STAGECOACH_GRANT_KEY_FILE names cannot be read: " + file, e);
        }
    }

    private record Keys(GrantSigner signer, GrantVerifier verifier) {
        static Keys of(PrivateKey key) {
            return new Keys(
                    new GrantSigner(key),
                    new GrantVerifier(List.of(publicOf(key)), ReadGrant.CENTRAL));
        }

        /** The JDK has no public way from the one to the other. */
        private static PublicKey publicOf(PrivateKey key) {
            try {
                var own =
                        (Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(key.getEncoded());
                byte[] encoded =
                        SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                                        own.generatePublicKey())
                                .getEncoded();
                return GrantKeys.publicKey(Base64.getEncoder().encodeToString(encoded));
            } catch (IOException e) {
                throw new UncheckedIOException("a key in memory cannot be read", e);
            }
        }
    }
}
