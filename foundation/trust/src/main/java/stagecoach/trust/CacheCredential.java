package stagecoach.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What the central server shows to one regional cache, and what that cache knows it by. */
public final class CacheCredential {
    private CacheCredential() {}

    /**
     * An HMAC-SHA256 of {@code cache:} and the cache's id under the server's secret, in base64. The
     * secret stays with the server: what one cache is given opens no other.
     */
    public static String of(String secret, String cache) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.strip().getBytes(UTF_8), "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(("cache:" + cache).getBytes(UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("This Java runtime lacks HmacSHA256.", impossible);
        }
    }
}
