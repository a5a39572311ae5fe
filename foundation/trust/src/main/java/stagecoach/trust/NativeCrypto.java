package stagecoach.trust;

import java.io.File;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * SHA-512 and AES-GCM by the processor's own instructions, also where Java has no machine code for
 * them: its quick compiler never has, and its thorough one not in the first seconds. They come from
 * the Amazon Corretto Crypto Provider, a library of machine code for Linux with glibc. Loading it
 * costs a quarter of a second of processor time and 10 to 20 MB of memory for good, so whoever
 * needs it asks for it, and not before.
 *
 * <p>It does only those two, which are all that is ever done to megabytes. Keys, signatures,
 * handshakes and random numbers stay with the JDK.
 */
public final class NativeCrypto {
    /**
     * From here on it is worth its price. To one who fetches and installs a package it saves 17 ms
     * a megabyte, and it costs once 250 ms (400, where it must be unpacked): even at 15 to 24 MB.
     * Its memory, 10 to 20 MB, is kept for good, and asks for a little more.
     */
    public static final long WORTH_FROM_BYTES = 32L << 20;

    private static final String PACKAGE = "com.amazon.corretto.crypto.provider.";
    private static final String LIBRARY = System.mapLibraryName("amazonCorrettoCryptoProvider");
    private static final String AES_GCM = "AES/GCM/NoPadding";

    private NativeCrypto() {}

    /** The first who asks loads it, and the others wait. */
    private static final class Loaded {
        static final boolean IN_FRONT = install();

        private static boolean install() {
            Optional<String> reason = putInFront(PACKAGE + "AmazonCorrettoCryptoProvider");
            reason.ifPresent(
                    words ->
                            System.getLogger(NativeCrypto.class.getName())
                                    .log(
                                            Level.INFO,
                                            "SHA-512 and AES-GCM stay with Java's own code, which is slower: "
                                                    + words
                                                    + "."));
            return reason.isEmpty();
        }
    }

    /**
     * Loads it, once, and puts it in front of the JDK's own; where that cannot be done, all stays
     * as it is, and the log says why.
     *
     * @return whether it is in front
     */
    public static boolean install() {
        return Loaded.IN_FRONT;
    }

    /**
     * Loads it if so many bytes are worth it; call it before a computation over them begins.
     *
     * @return whether it was worth it, and is in front
     */
    public static boolean installFor(long bytes) {
        return bytes >= WORTH_FROM_BYTES && install();
    }

    /** Puts that provider in front, or tells why not. */
    static Optional<String> putInFront(String provider) {
        useUnpackedLibrary();
        try {
            Provider source =
                    Class.forName(provider)
                            .asSubclass(Provider.class)
                            .getDeclaredConstructor()
                            .newInstance();
            Front front = new Front(source);
            // Oracle's JDK takes ciphers from signed jars only, and says so here.
            Cipher.getInstance(AES_GCM, front);
            Security.insertProviderAt(front, 1);
            return Optional.empty();
        } catch (ClassNotFoundException e) {
            return Optional.of("there is no native library for this kind of machine");
        } catch (ReflectiveOperationException
                | GeneralSecurityException
                | SecurityException
                | LinkageError e) {
            return Optional.of("the native library cannot be loaded (" + e + ")");
        }
    }

    /**
     * The provider unpacks its library from its jar, 10 MB for each process and removed again once
     * it is loaded. Where it lies unpacked in Java's library path, all processes share it.
     */
    private static void useUnpackedLibrary() {
        String path = System.getProperty("java.library.path", "");
        boolean unpacked =
                Arrays.stream(path.split(File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> Files.isReadable(Path.of(folder, LIBRARY)));
        if (unpacked && System.getProperty(PACKAGE + "useExternalLib") == null) {
            System.setProperty(PACKAGE + "useExternalLib", "true");
        }
    }

    /** Two services of a provider that has many more. */
    private static final class Front extends Provider {
        private static final long serialVersionUID = 1L;

        Front(Provider source) throws ReflectiveOperationException, NoSuchAlgorithmException {
            super("StagecoachNative", source.getVersionStr(), "SHA-512 and AES-GCM of " + source);
            for (var name :
                    List.of(new Name("MessageDigest", "SHA-512"), new Name("Cipher", AES_GCM))) {
                Service service = source.getService(name.type(), name.algorithm());
                if (service == null) {
                    // What could not be loaded has no services.
                    throw new NoSuchAlgorithmException(String.valueOf(loadingError(source)));
                }
                putService(new Passed(this, service));
            }
        }

        private static Object loadingError(Provider source) throws ReflectiveOperationException {
            return source.getClass().getMethod("getLoadingError").invoke(source);
        }

        private record Name(String type, String algorithm) {}

        /** Another provider's service, under the name of this one. */
        private static final class Passed extends Service {
            private final Service behind;

            Passed(Provider front, Service behind) {
                super(
                        front,
                        behind.getType(),
                        behind.getAlgorithm(),
                        behind.getClassName(),
                        null,
                        null);
                this.behind = behind;
            }

            @Override
            public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
                return behind.newInstance(parameter);
            }
        }
    }
}
