package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.security.Signature;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeCryptoTest {
    private static final String FRONT = "StagecoachNative";
    private static final String AES_GCM = "AES/GCM/NoPadding";

    private final Random random = new Random(3);

    @BeforeEach
    void load() {
        boolean loaded = NativeCrypto.install();
        assertThat(Security.getProvider(FRONT) != null).isEqualTo(loaded);
        boolean known =
                "Linux".equals(System.getProperty("os.name"))
                        && "amd64".equals(System.getProperty("os.arch"))
                        && Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
        assertThat(loaded || !known).as("glibc on x86-64 has it").isTrue();
        assumeTrue(loaded, "this kind of machine has no native library");
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void digests_are_those_of_the_jdk() throws Exception {
        MessageDigest ours = MessageDigest.getInstance("SHA-512");
        assertThat(ours.getProvider().getName()).isEqualTo(FRONT);
        MessageDigest theirs = MessageDigest.getInstance("SHA-512", "SUN");
        for (int length : new int[] {0, 1, 111, 112, 127, 128, 129, 100_000}) {
            byte[] bytes = bytes(length);
            ours.update(bytes, 0, length / 3);
            ours.update(bytes, length / 3, length - length / 3);
            assertThat(ours.digest()).as("%d bytes", length).isEqualTo(theirs.digest(bytes));
        }
    }

    private static byte[] crypt(String provider, int mode, byte[] key, byte[] nonce, byte[] text)
            throws Exception {
        Cipher cipher = Cipher.getInstance(AES_GCM, provider);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD("purpose".getBytes(StandardCharsets.US_ASCII));
        return cipher.doFinal(text);
    }

    @Test
    void what_the_jdk_sealed_it_opens_and_the_other_way_round() throws Exception {
        assertThat(Cipher.getInstance(AES_GCM).getProvider().getName()).isEqualTo(FRONT);
        for (int keyLength : new int[] {16, 32}) {
            byte[] key = bytes(keyLength);
            byte[] nonce = bytes(12);
            byte[] text = bytes(5000);
            byte[] sealed = crypt("SunJCE", Cipher.ENCRYPT_MODE, key, nonce, text);
            assertThat(crypt(FRONT, Cipher.ENCRYPT_MODE, key, nonce, text)).isEqualTo(sealed);
            assertThat(crypt(FRONT, Cipher.DECRYPT_MODE, key, nonce, sealed)).isEqualTo(text);
            sealed[77] ^= 1;
            assertThatThrownBy(() -> crypt(FRONT, Cipher.DECRYPT_MODE, key, nonce, sealed))
                    .isInstanceOf(AEADBadTagException.class);
        }
    }

    @Test
    void nothing_else_comes_from_it() throws Exception {
        assertThat(Security.getProviders()[0].getServices()).hasSize(2);
        assertThat(
                        Stream.of(
                                KeyPairGenerator.getInstance("EC").getProvider(),
                                KeyPairGenerator.getInstance("Ed25519").getProvider(),
                                Signature.getInstance("Ed25519").getProvider(),
                                new SecureRandom().getProvider(),
                                MessageDigest.getInstance("SHA-256").getProvider(),
                                Cipher.getInstance("ChaCha20-Poly1305").getProvider()))
                .allSatisfy(
                        provider -> assertThat(provider.getName()).startsWithIgnoringCase("sun"));
    }

    @Test
    void where_there_is_none_it_says_why_and_changes_nothing() {
        int before = Security.getProviders().length;
        assertThat(NativeCrypto.putInFront("no.such.Provider"))
                .contains("there is no native library for this kind of machine");
        assertThat(NativeCrypto.putInFront(Empty.class.getName()).orElse(""))
                .contains("cannot be loaded")
                .contains("another libc");
        assertThat(Security.getProviders()).hasSize(before);
    }

    /** As it is when its library could not be loaded. */
    static final class Empty extends Provider {
        private static final long serialVersionUID = 1L;

        Empty() {
            super("Empty", "1", "nothing");
        }

        public Throwable getLoadingError() {
            return new UnsatisfiedLinkError("another libc");
        }
    }
}
