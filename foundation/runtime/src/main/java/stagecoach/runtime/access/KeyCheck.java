package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.Digest;

/**
 * Knows the API keys: who holds which, from the table {@code api_key} in the service's own schema.
 */
@ApplicationScoped
public class KeyCheck {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final UnitOfWork unitOfWork;
    private final Clock clock;

    KeyCheck(UnitOfWork unitOfWork, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
    }

    /** A fresh key of 256 random bits, to be shown once. */
    public static String mint() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return "sc_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** What is kept of a key: the SHA-256 of its text, hexadecimal. */
    public static String sha256Of(String key) {
        return Digest.of(key).value();
    }

    /** The key's owner and roles, unless it is unknown, expired or removed. */
    public Optional<ApiKey> check(String presented) {
        // The hash is looked up, never compared byte by byte: a guess tells nothing by its time.
        return ofHash(sha256Of(presented));
    }

    /** The same of a key of which somebody has kept the hash. */
    public Optional<ApiKey> ofHash(String sha256) {
        return unitOfWork
                .run(
                        tx ->
                                tx.rows(
                                        "SELECT id, name, roles, expires_at, teams FROM api_key WHERE sha256 = ?1",
                                        sha256))
                .stream()
                .map(row -> key(row, sha256))
                .filter(key -> key.expiresAt().map(clock.instant()::isBefore).orElse(true))
                .findFirst();
    }

    /** Whether the key with this id is still there and has not expired. */
    public boolean isValid(String id) {
        return unitOfWork
                .run(tx -> tx.rows("SELECT expires_at FROM api_key WHERE id = ?1", id))
                .stream()
                .map(row -> Optional.ofNullable((Instant) row[0]))
                .anyMatch(expires -> expires.map(clock.instant()::isBefore).orElse(true));
    }

    private static ApiKey key(@Nullable Object[] row, String sha256) {
        return new ApiKey(
                (String) Objects.requireNonNull(row[0]),
                (String) Objects.requireNonNull(row[1]),
                sha256,
                Arrays.stream((String[]) Objects.requireNonNull(row[2]))
                        .map(Role::valueOf)
                        .toList(),
                Optional.ofNullable((Instant) row[3]),
                List.of((String[]) Objects.requireNonNull(row[4])));
    }

    /**
     * Writes a key into the table, replacing the one with its id (for the service that owns keys).
     */
    public void put(Tx tx, ApiKey key) {
        tx.execute(
                """
                INSERT INTO api_key (id, name, sha256, roles, expires_at, teams)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (id) DO UPDATE
                SET name = excluded.name, sha256 = excluded.sha256, roles = excluded.roles,
                    expires_at = excluded.expires_at, teams = excluded.teams
                """,
                key.id(),
                key.name(),
                key.sha256(),
                key.roles().stream().map(Role::name).toArray(String[]::new),
                key.expiresAt().orElse(null),
                key.teams().toArray(String[]::new));
    }

    /** Removes a key from the table. */
    public void remove(Tx tx, String id) {
        tx.execute("DELETE FROM api_key WHERE id = ?1", id);
    }

    /** Whether there is any key at all. */
    public boolean any(Tx tx) {
        return !tx.rows("SELECT 1 FROM api_key LIMIT 1").isEmpty();
    }
}
