package stagecoach.tentacle.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import stagecoach.trust.Identity;

/** Stands for the names of servers; Java trusts it while it is open, and nobody else. */
public final class Authority implements AutoCloseable {
    private static final char[] PASSWORD = "stagecoach".toCharArray();
    private static final String TRUSTED = "javax.net.ssl.trustStore";
    private static final X500Name NAME = new X500Name("CN=Authority");

    private final Path folder;
    private final KeyPair keys;

    /** Keeps its files in a folder. */
    public Authority(Path folder) throws GeneralSecurityException, IOException {
        this.folder = Files.createDirectories(folder);
        this.keys = pair();
        KeyStore store = empty();
        store.setCertificateEntry("authority", certificate(NAME, keys, true, Duration.ofDays(1)));
        System.setProperty(TRUSTED, file("trusted.p12", store).toString());
        System.setProperty(TRUSTED + "Password", new String(PASSWORD));
    }

    /** Of a server with this name; no longer good if {@code validFor} is negative. */
    public Identity server(String name, Duration validFor)
            throws GeneralSecurityException, IOException {
        KeyPair own = pair();
        KeyStore store = empty();
        store.setKeyEntry(
                "identity",
                own.getPrivate(),
                PASSWORD,
                new Certificate[] {certificate(new X500Name("CN=" + name), own, false, validFor)});
        Path home = Files.createTempDirectory(folder, "server");
        Files.move(file("identity.p12", store), home.resolve("identity.p12"));
        return Identity.loadOrCreate(home, "not made");
    }

    private X509Certificate certificate(
            X500Name subject, KeyPair its, boolean authority, Duration validFor)
            throws GeneralSecurityException {
        Instant end = Instant.now().plus(validFor);
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            new JcaX509v3CertificateBuilder(
                                            NAME,
                                            BigInteger.valueOf(System.nanoTime()),
                                            Date.from(end.minus(Duration.ofDays(30))),
                                            Date.from(end),
                                            subject,
                                            its.getPublic())
                                    .addExtension(
                                            Extension.basicConstraints,
                                            true,
                                            new BasicConstraints(authority))
                                    .build(
                                            new JcaContentSignerBuilder("SHA256withECDSA")
                                                    .build(keys.getPrivate())));
        } catch (CertIOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path file(String name, KeyStore store) throws GeneralSecurityException, IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
        return file;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    @Override
    public void close() {
        System.clearProperty(TRUSTED);
        System.clearProperty(TRUSTED + "Password");
    }
}
