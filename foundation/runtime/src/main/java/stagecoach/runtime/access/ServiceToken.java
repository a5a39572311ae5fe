package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.secrets.KeySource;

/**
 * Tokens of 60 seconds by which services know each other, signed with HMAC-SHA256 and the key from
 * {@code STAGECOACH_SERVICE_KEY} (base64 of at least 32 bytes) or the file that {@code
 * STAGECOACH_SERVICE_KEY_FILE} names. A token is {@code <service>.<expiry, epoch
 * seconds>.<signature>}.
 */
@ApplicationScoped
public class ServiceToken {
    private static final Duration VALID = Duration.ofSeconds(60);

    private final String service;
    private final Clock clock;
    private final KeySource source;
    private @Nullable SecretKeySpec key;

    ServiceToken(
            @ConfigProperty(name = "stagecoach.service") String service,
            Clock clock,
            @ConfigProperty(name = "STAGECOACH_SERVICE_KEY") Optional<String> value,
            @ConfigProperty(name = "STAGECOACH_SERVICE_KEY_FILE") Optional<String> file) {
        this.service = service;
        this.clock = clock;
        this.source = new KeySource("STAGECOACH_SERVICE_KEY", value, file);
    }

    /** A token that says that this service calls, valid from now. */
    public String issue() {
        String claims = service + "." + clock.instant().plus(VALID).getEpochSecond();
        return claims + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(sign(claims));
    }

    /** The service that a token speaks for, unless it is forged, broken or too old. */
    public Optional<String> verify(String token) {
        int last = token.lastIndexOf('.');
        int first = token.indexOf('.');
        if (first < 1 || last == first) {
            return Optional.empty();
        }
        String claims = token.substring(0, last);
        try {
            byte[] signature = Base64.getUrlDecoder().decode(token.substring(last + 1));
            if (!MessageDigest.isEqual(signature, sign(claims))) {
                return Optional.empty();
            }
            long expiry = Long.parseLong(claims.substring(first + 1));
            return clock.instant().getEpochSecond() <= expiry
                    ? Optional.of(claims.substring(0, first))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private byte[] sign(String claims) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key());
            return mac.doFinal(claims.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private synchronized SecretKeySpec key() {
        if (key == null) {
            byte[] bytes = source.bytes();
            if (bytes.length < 32) {
                throw new IllegalStateException(
                        "STAGECOACH_SERVICE_KEY has %d bytes; it must be the base64 of at least 32."
                                .formatted(bytes.length));
            }
            key = new SecretKeySpec(bytes, "HmacSHA256");
        }
        return key;
    }
}
