package stagecoach.packages.server.grant;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Ed25519 keys for grants, as PEM or the bare base64 within it. */
public final class GrantKeys {

    static final String ALGORITHM = "Ed25519";

    private GrantKeys() {}

    /** A fresh pair. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw lacking(impossible);
        }
    }

    /** The private key as PEM (PKCS#8). It is a secret. */
    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** The public key as PEM (X.509). */
    public static String pem(PublicKey key) {
        return pem("PUBLIC KEY", key.getEncoded());
    }

    /**
     * Reads a private key.
     *
     * @throws IllegalArgumentException if it is none; its text is not repeated
     */
    public static PrivateKey privateKey(String text) {
        try {
            return factory().generatePrivate(new PKCS8EncodedKeySpec(bytes(text)));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            // Without the cause, which may quote some of the secret.
            throw new IllegalArgumentException(
                    "The signing key of grants is no Ed25519 private key in PEM or base64.");
        }
    }

    /**
     * Reads a public key.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static PublicKey publicKey(String text) {
        try {
            return factory().generatePublic(new X509EncodedKeySpec(bytes(text)));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "The verification key of grants is no Ed25519 public key in PEM or base64.",
                    wrong);
        }
    }

    private static KeyFactory factory() {
        try {
            return KeyFactory.getInstance(ALGORITHM);
        } catch (GeneralSecurityException impossible) {
            throw lacking(impossible);
        }
    }

    private static byte[] bytes(String text) {
        return Base64.getDecoder()
                .decode(text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", ""));
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END "
                + kind
                + "-----\n";
    }

    static IllegalStateException lacking(GeneralSecurityException cause) {
        return new IllegalStateException("This Java runtime lacks Ed25519.", cause);
    }
}
