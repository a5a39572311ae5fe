package stagecoach.trust;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Enumeration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A party's own key and self-made certificate (EC P-256), kept as PKCS#12 in a folder that only its
 * owner may read. Making one needs BouncyCastle, which is why this module depends on bcpkix: the
 * JDK can read certificates but has no public way to issue one.
 */
public final class Identity {
    private static final String KEYS_FILE = "identity.p12";
    private static final String THUMBPRINT_FILE = "thumbprint";
    private static final String ALIAS = "identity";

    /**
     * Guards nothing, for it would lie beside the file: the file's mode does. PKCS#12 wants one.
     */
    private static final String PASSWORD = "stagecoach";

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final Thumbprint thumbprint;

    private Identity(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
        this.thumbprint = Thumbprint.of(certificate);
    }

    /**
     * Reads the identity in {@code folder}, or makes one there if there is none: {@code
     * identity.p12}, and {@code thumbprint} for people and scripts. The folder gets mode 0700, the
     * files 0600; of two processes that make one at the same time, both get the same.
     *
     * @param commonName what people shall read in the certificate; nobody trusts it
     * @throws IOException if the folder cannot be written, or what is there is no identity
     */
    public static Identity loadOrCreate(Path folder, String commonName) throws IOException {
        PrivateFiles.createFolder(folder);
        synchronized (Identity.class) {
            try (FileChannel channel =
                    FileChannel.open(
                            folder.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                // Against other processes; it ends with the channel.
                channel.lock();
                Path keys = folder.resolve(KEYS_FILE);
                Identity identity;
                if (Files.exists(keys)) {
                    identity = read(keys);
                } else {
                    identity = SelfSigned.create(commonName);
                    // One of an earlier identity may have been left over.
                    Files.deleteIfExists(folder.resolve(THUMBPRINT_FILE));
                    PrivateFiles.write(keys, identity.toPkcs12());
                }
                Path thumbprint = folder.resolve(THUMBPRINT_FILE);
                if (!Files.exists(thumbprint)) {
                    PrivateFiles.write(
                            thumbprint,
                            (identity.thumbprint + "\n").getBytes(StandardCharsets.US_ASCII));
                }
                return identity;
            }
        }
    }

    /**
     * Puts the identity in {@code next} in the place of the one in {@code folder}, which is gone
     * then. A crash leaves the one or the other there; the folder {@code next} stays as it is.
     *
     * @throws IOException if the folder cannot be written, or there is no identity in {@code next}
     */
    public static void replace(Path folder, Path next) throws IOException {
        byte[] keys = Files.readAllBytes(next.resolve(KEYS_FILE));
        read(next.resolve(KEYS_FILE));
        // Who loads the identity writes it anew.
        Files.deleteIfExists(folder.resolve(THUMBPRINT_FILE));
        PrivateFiles.write(folder.resolve(KEYS_FILE), keys);
    }

    /** Whether there is an identity in {@code folder}. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(KEYS_FILE));
    }

    /** Takes the identity out of {@code folder}: its key first. */
    public static void remove(Path folder) throws IOException {
        Files.deleteIfExists(folder.resolve(KEYS_FILE));
        Files.deleteIfExists(folder.resolve(THUMBPRINT_FILE));
        Files.deleteIfExists(folder.resolve("lock"));
        PrivateFiles.syncFolder(folder);
    }

    static Identity of(PrivateKey key, X509Certificate certificate) {
        return new Identity(key, certificate);
    }

    private static Identity read(Path keys) throws IOException {
        try (var in = new ByteArrayInputStream(Files.readAllBytes(keys))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            for (Enumeration<String> names = store.aliases(); names.hasMoreElements(); ) {
                String name = names.nextElement();
                if (store.getKey(name, PASSWORD.toCharArray()) instanceof PrivateKey key
                        && store.getCertificate(name) instanceof X509Certificate certificate) {
                    return new Identity(key, certificate);
                }
            }
            throw new IOException("it holds no private key with a certificate");
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    "The identity in %s cannot be read (%s). Put back a copy, or remove it to become a new party that must be enrolled again."
                            .formatted(keys, e.getMessage()),
                    e);
        }
    }

    private byte[] toPkcs12() {
        try (var out = new ByteArrayOutputStream()) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    ALIAS, key, PASSWORD.toCharArray(), new X509Certificate[] {certificate});
            store.store(out, PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK writes PKCS#12", e);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail to be written", e);
        }
    }

    /** What the other side pins. */
    public Thumbprint thumbprint() {
        return thumbprint;
    }

    /** The certificate that is shown to the other side. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** For TLS: shows this certificate, as client and as server. */
    public X509ExtendedKeyManager keyManager() {
        return new SoleKey(key, certificate);
    }

    /** A TLS 1.3 context that shows this certificate and trusts as {@code trust} says. */
    public SSLContext tls(PinnedTrust trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {keyManager()}, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS 1.3", e);
        }
    }

    /** Names the thumbprint only. */
    @Override
    public String toString() {
        return "Identity " + thumbprint;
    }
}
