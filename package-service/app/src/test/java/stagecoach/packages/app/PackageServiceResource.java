package stagecoach.packages.app;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.Map;
import org.apache.commons.io.file.PathUtils;
import stagecoach.packages.server.grant.GrantKeys;

/** A folder for packages and keys that are thrown away. */
public final class PackageServiceResource implements QuarkusTestResourceLifecycleManager {
    static final String TRUST = "c2hhcmVkIGJ5IGFsbA==";
    private static final KeyPair KEYS = GrantKeys.generate();

    private Path folder = Path.of("unset");

    /** What a cache must know to trust grants. */
    public static String grantPublicKey() {
        return Base64.getEncoder().encodeToString(KEYS.getPublic().getEncoded());
    }

    static String grantPrivateKey() {
        return Base64.getEncoder().encodeToString(KEYS.getPrivate().getEncoded());
    }

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory("stagecoach-packages-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.ofEntries(
                Map.entry("STAGECOACH_PACKAGE_DIR", folder.toString()),
                Map.entry("STAGECOACH_GRANT_KEY", grantPrivateKey()),
                // The cache of these tests must find the same key, whoever loads this class.
                Map.entry("test.grant-public-key", grantPublicKey()),
                Map.entry("STAGECOACH_CACHE_TRUST", TRUST),
                Map.entry("STAGECOACH_PUBLIC_URL", "https://stagecoach.example/"),
                // Failures are to be seen soon.
                Map.entry("stagecoach.replication.fruitless-max", "2"),
                Map.entry("stagecoach.replication.backoff-first", "PT0.05S"),
                // Longer than a busy computer is silent; a test that waits for that sets Patience.
                Map.entry("stagecoach.replication.silence-max", "PT20S"),
                Map.entry("stagecoach.budget.turn", "PT2S"),
                // Damage is found by those who look for it; tests read again themselves.
                Map.entry("stagecoach.scrub.bytes-per-second", "0"));
    }

    @Override
    public void stop() {
        try {
            PathUtils.deleteDirectory(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
