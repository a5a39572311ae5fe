package stagecoach.packages.app.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.app.catalog.PackageConfiguration;
import stagecoach.packages.app.catalog.PackageConfiguration.Command;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.FeedSettings.Credentials;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;

/** The feeds outside that there are; each change with its event, each password sealed. */
@ApplicationScoped
public class FeedCatalog {
    private final CommandHandler commands;
    private final SecretBox secrets;

    FeedCatalog(CommandHandler commands, SecretBox secrets) {
        this.commands = commands;
        this.secrets = secrets;
    }

    /** A feed as it is configured now. */
    public Optional<FeedRow> find(Tx tx, FeedId feed) {
        return tx.find(FeedRow.class, feed.value());
    }

    /** The ids of all, the built-in one first. */
    public List<String> ids(Tx tx) {
        var ids = new ArrayList<String>();
        ids.add(FeedId.BUILT_IN.value());
        for (Object[] row : tx.rows("SELECT id FROM feed ORDER BY id")) {
            ids.add((String) Objects.requireNonNull(row[0]));
        }
        return List.copyOf(ids);
    }

    /**
     * The row that the body of a request asks for.
     *
     * @throws stagecoach.runtime.access.InvalidInput with everything that is wrong
     */
    public FeedRow read(Tx tx, String id, byte @Nullable [] json, Optional<FeedRow> before) {
        return FeedRequest.read(id, json, before, this, readThrough(tx));
    }

    /** The feeds of some needs that machines may read themselves. */
    public List<FeedId> machinesRead(Tx tx, List<PackageNeed> needs) {
        Set<FeedId> wanted =
                needs.stream().map(need -> need.pinned().feed()).collect(Collectors.toSet());
        return tx.rows("SELECT id FROM feed WHERE machines_read ORDER BY id").stream()
                .map(row -> new FeedId((String) Objects.requireNonNull(row[0])))
                .filter(wanted::contains)
                .toList();
    }

    /** Where a feed is, for a machine; empty if machines may not read it. */
    public Optional<FeedPlace> placeForMachines(Tx tx, FeedId feed) {
        return find(tx, feed)
                .filter(row -> row.machinesRead)
                .map(row -> new FeedPlace(feed, row.url));
    }

    /** The feed that the built-in one is read through to for a package, if one is. */
    Optional<FeedId> readThroughFor(Tx tx, PackageId id) {
        return readThrough(tx).entrySet().stream()
                .filter(rule -> rule.getKey().allows(id))
                .max(Comparator.comparingInt(rule -> rule.getKey().weight()))
                .map(rule -> new FeedId(rule.getValue()));
    }

    /** Which feed each rule belongs to: of two with the same one a request was refused. */
    Map<ReadThroughRule, String> readThrough(Tx tx) {
        var rules = new HashMap<ReadThroughRule, String>();
        tx.query(FeedRow.class, "from FeedRow where readThrough <> '' order by id desc")
                .forEach(row -> row.readThroughRules().forEach(rule -> rules.put(rule, row.id)));
        return rules;
    }

    /** How to read it, its password opened. */
    FeedSettings settings(FeedRow row) {
        return new FeedSettings(
                row.id, row.kind(), row.url, credentials(row), row.attempts, row.backoff());
    }

    private Optional<Credentials> credentials(FeedRow row) {
        byte[] password = row.password;
        String username = row.username;
        return password == null || username == null
                ? Optional.empty()
                : Optional.of(
                        new Credentials(
                                username,
                                new String(
                                        secrets.open(password, sealOf(row.id)),
                                        StandardCharsets.UTF_8)));
    }

    /** Keeps a password in its row; where it is the one that is there, the row stays as it is. */
    void seal(FeedRow row, String password) {
        boolean same =
                credentials(row).filter(held -> held.password().equals(password)).isPresent();
        if (!same) {
            row.password = secrets.seal(password.getBytes(StandardCharsets.UTF_8), sealOf(row.id));
        }
    }

    private static String sealOf(String id) {
        return "feed:" + id;
    }

    /** Who changes a row writes all of it as he has read it, so that he locks before he reads. */
    public static void lockAll(Statements tx) {
        tx.execute("LOCK TABLE feed IN SHARE ROW EXCLUSIVE MODE");
    }

    @Produces
    @Singleton
    static SealedRows sealedPasswords() {
        return new SealedRows(
                "passwords of feeds",
                "feed",
                "password",
                List.of("id"),
                id -> sealOf(id.getFirst()),
                FeedCatalog::lockAll);
    }

    /** How often a feed's configuration was changed. */
    public Revision revision(Tx tx, String id) {
        return new Revision(
                commands.load(
                                tx,
                                PackageConfiguration.KIND,
                                PackageConfiguration.streamOf(Kind.FEED, id))
                        .revision());
    }

    /** Writes a feed, if anything about it changed; its revision then. */
    public Revision write(Tx tx, Optional<FeedRow> before, FeedRow after, Cause cause) {
        if (before.isPresent() && before.get().content().equals(after.content())) {
            return revision(tx, after.id);
        }
        // The event first, so that of two changes at once one waits.
        tell(tx, new Command.Write(Kind.FEED, after.id, after.document()), after.id, cause);
        if (before.isPresent()) {
            tx.update(after);
        } else {
            tx.insert(after);
        }
        return revision(tx, after.id);
    }

    /** Removes a feed. What it gave stays known: its name may never mean other bytes. */
    public void remove(Tx tx, FeedRow row, Cause cause) {
        tell(tx, new Command.Remove(Kind.FEED, row.id), row.id, cause);
        tx.delete(row);
    }

    private void tell(Tx tx, Command command, String id, Cause cause) {
        commands.handle(
                tx,
                PackageConfiguration.KIND,
                PackageConfiguration.streamOf(Kind.FEED, id),
                List.of(command),
                cause);
    }

    /** Who holds packages of a feed that could not be fetched again without it, some of them. */
    public List<String> holdersOf(Tx tx, String feed, int limit) {
        return tx
                .rows(
                        "SELECT DISTINCT l.holder FROM lease l JOIN first_seen s USING (sha512) WHERE s.feed = ?1 ORDER BY 1 LIMIT ?2",
                        feed,
                        limit)
                .stream()
                .map(row -> (String) Objects.requireNonNull(row[0]))
                .toList();
    }
}
