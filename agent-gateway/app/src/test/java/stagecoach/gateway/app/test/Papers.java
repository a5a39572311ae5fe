package stagecoach.gateway.app.test;

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
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import stagecoach.trust.Identity;

/** Certificates of all sorts, none of which anybody enrolled. */
public enum Papers {
    SELF_MADE("CN=machine", "CN=machine", Duration.ofDays(1)),
    EXPIRED("CN=machine", "CN=machine", Duration.ofDays(-1)),
    OF_ANOTHER_HOST("CN=gateway.example", "CN=gateway.example", Duration.ofDays(1)),
    OF_AN_AUTHORITY("CN=machine", "CN=Some Authority", Duration.ofDays(1));

    private final String subject;
    private final String issuer;
    private final Duration validFor;

    Papers(String subject, String issuer, Duration validFor) {
        this.subject = subject;
        this.issuer = issuer;
        this.validFor = validFor;
    }

    Identity make() throws IOException {
        try {
            KeyPair own = pair();
            KeyPair signer = subject.equals(issuer) ? own : pair();
            Instant end = Instant.now().plus(validFor);
            var certificate =
                    new JcaX509CertificateConverter()
                            .getCertificate(
                                    new JcaX509v3CertificateBuilder(
                                                    new X500Name(issuer),
                                                    BigInteger.valueOf(System.nanoTime()),
                                                    Date.from(end.minus(Duration.ofDays(30))),
                                                    Date.from(end),
                                                    new X500Name(subject),
                                                    own.getPublic())
                                            .build(
                                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                                            .build(signer.getPrivate())));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = "stagecoach".toCharArray();
            store.setKeyEntry(
                    "identity", own.getPrivate(), password, new Certificate[] {certificate});
            Path folder = Files.createTempDirectory("papers");
            try (OutputStream out = Files.newOutputStream(folder.resolve("identity.p12"))) {
                store.store(out, password);
            }
            return Identity.loadOrCreate(folder, "not made");
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
