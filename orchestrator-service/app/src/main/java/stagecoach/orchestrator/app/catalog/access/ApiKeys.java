package stagecoach.orchestrator.app.catalog.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;

/** Keeps the keys' hashes and tells the other services of them; checking them is the runtime's. */
@ApplicationScoped
class ApiKeys {
    private final CommandHandler commands;
    private final KeyCheck keys;

    ApiKeys(CommandHandler commands, KeyCheck keys) {
        this.commands = commands;
        this.keys = keys;
    }

    /** Whether there is any. */
    boolean any(Tx tx) {
        return keys.any(tx);
    }

    /** Registers a key. */
    void put(Tx tx, ApiKey key, Cause cause) {
        commands.handle(
                tx,
                ConfigurationKind.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.API_KEY, key.id()),
                List.of(new ConfigurationKind.Command.Write(Kind.API_KEY, key.id(), key)),
                cause);
        keys.put(tx, key);
    }

    /** Removes a key; it is refused everywhere within seconds. */
    void remove(Tx tx, String id, Cause cause) {
        commands.handle(
                tx,
                ConfigurationKind.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.API_KEY, id),
                List.of(new ConfigurationKind.Command.Remove(Kind.API_KEY, id)),
                cause);
        keys.remove(tx, id);
    }

    /** One key, without what only its holder knows. */
    Optional<ApiKey> find(Tx tx, String id) {
        return tx
                .select(
                        "SELECT id, name, sha256, array_to_string(roles, ','), expires_at, array_to_string(teams, ',') FROM api_key WHERE id = ?1",
                        id)
                .stream()
                .map(ApiKeys::key)
                .findFirst();
    }

    /** Keys behind an id, in the order of ids. */
    List<ApiKey> after(Tx tx, String id, int limit) {
        return tx
                .select(
                        "SELECT id, name, sha256, array_to_string(roles, ','), expires_at, array_to_string(teams, ',') FROM api_key WHERE id > ?1 ORDER BY id LIMIT ?2",
                        id,
                        limit)
                .stream()
                .map(ApiKeys::key)
                .toList();
    }

    /** Lets one at a time remove keys: two who each spare the other's would leave none. */
    void lock(Tx tx) {
        tx.rows("SELECT id FROM api_key WHERE 'ADMIN' = ANY(roles) ORDER BY id FOR UPDATE");
    }

    /** Whether some other key may do everything, now. */
    boolean anotherAdmin(Tx tx, String id, Instant now) {
        return !tx.select(
                        "SELECT 1 FROM api_key WHERE id <> ?1 AND 'ADMIN' = ANY(roles) AND (expires_at IS NULL OR expires_at > ?2) LIMIT 1",
                        id,
                        now)
                .isEmpty();
    }

    /**
     * A question to people that nobody could answer without this key, but those with the role
     * ADMIN: a deployment and whom it asks.
     */
    Optional<Unanswered> onlyAnswerer(Tx tx, ApiKey key, Instant now) {
        return tx
                .select(
                        """
                        SELECT i.deployment, i.roles FROM interruption i
                        CROSS JOIN LATERAL (SELECT ARRAY(
                            SELECT jsonb_array_elements_text(CAST(i.roles AS jsonb))) AS roles) asked
                        WHERE i.resolved_at IS NULL AND asked.roles && CAST(?1 AS text[])
                            AND NOT EXISTS (
                                SELECT 1 FROM api_key k
                                WHERE k.id <> ?2 AND (k.expires_at IS NULL OR k.expires_at > ?3)
                                    AND (k.teams || k.roles) && asked.roles)
                        ORDER BY i.raised_at LIMIT 1""",
                        key.teams().toArray(String[]::new),
                        key.id(),
                        now)
                .stream()
                .map(row -> new Unanswered(row.text(0), CatalogStore.listOf(row.text(1), a -> a)))
                .findFirst();
    }

    /** Who is asked: roles and teams. */
    record Unanswered(String deployment, List<String> asked) {}

    private static ApiKey key(SqlRow row) {
        return new ApiKey(
                row.text(0),
                row.text(1),
                row.text(2),
                Arrays.stream(row.text(3).split(",", -1)).map(Role::valueOf).toList(),
                row.optionalInstant(4),
                Arrays.stream(row.text(5).split(",", -1)).filter(team -> !team.isEmpty()).toList());
    }
}
