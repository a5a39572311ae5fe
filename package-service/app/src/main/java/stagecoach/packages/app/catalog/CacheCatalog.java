package stagecoach.packages.app.catalog;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.routing.KnownCache;
import stagecoach.packages.routing.RoutePlanner;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.wire.StagecoachJson;

/** The caches and regions there are, for those who plan by them; each change with its event. */
@ApplicationScoped
public class CacheCatalog {
    private final CommandHandler commands;
    private final SecretBox secrets;
    private final MeasuredLatencies latencies;
    private final Clock clock;

    CacheCatalog(
            CommandHandler commands, SecretBox secrets, MeasuredLatencies latencies, Clock clock) {
        this.commands = commands;
        this.secrets = secrets;
        this.latencies = latencies;
        this.clock = clock;
    }

    /** What a cache is shown, opened. */
    public CacheCredentials credentials(CacheRow row) {
        byte[] sealed = row.credentials;
        return sealed == null
                ? CacheCredentials.NONE
                : StagecoachJson.read(secrets.open(sealed, sealOf(row.id)), CacheCredentials.class);
    }

    /**
     * Keeps what a cache is shown in its row; where it is what is there, the row stays as it is.
     */
    void seal(CacheRow row, CacheCredentials given, Optional<CacheRow> before) {
        row.username = given.username().orElse(null);
        if (given.equals(CacheCredentials.NONE)) {
            row.credentials = null;
        } else if (before.isPresent() && credentials(before.get()).equals(given)) {
            row.credentials = before.get().credentials;
        } else {
            row.credentials = secrets.seal(StagecoachJson.bytes(given), sealOf(row.id));
        }
    }

    private static String sealOf(String id) {
        return "cache:" + id;
    }

    /** Who changes a row writes all of it as he has read it, so that he locks before he reads. */
    static void lockAll(Statements tx) {
        tx.execute("LOCK TABLE cache IN SHARE ROW EXCLUSIVE MODE");
    }

    @Produces
    @Singleton
    static SealedRows sealedCredentials() {
        return new SealedRows(
                "credentials of caches",
                "cache",
                "credentials",
                List.of("id"),
                id -> sealOf(id.getFirst()),
                CacheCatalog::lockAll);
    }

    /** A cache as it is configured now. */
    public Optional<CacheRow> find(Tx tx, CacheId cache) {
        return tx.find(CacheRow.class, cache.value());
    }

    /** All of them. */
    public List<CacheRow> all(Tx tx) {
        return tx.query(CacheRow.class, "from CacheRow order by id");
    }

    /** All of them, for those who plan routes. */
    public List<KnownCache> known(Tx tx) {
        return all(tx).stream().map(CacheRow::known).toList();
    }

    /** Where the targets of some needs look, region by region, as things are now. */
    public List<RegionRoute> routes(Tx tx, List<PackageNeed> needs) {
        Set<RegionId> withoutFallback =
                texts(tx, "SELECT id FROM region WHERE NOT server_fallback").stream()
                        .map(RegionId::new)
                        .collect(Collectors.toSet());
        return RoutePlanner.routes(
                needs, known(tx), withoutFallback, latencies.medians(tx, clock.instant()));
    }

    /** How much may enter a region at once. */
    public TransferBudget regionBudget(Tx tx, String region) {
        return tx
                .rows(
                        "SELECT bytes_per_second_max, transfers_max FROM region WHERE id = ?1",
                        region)
                .stream()
                .findFirst()
                .map(
                        row ->
                                new TransferBudget(
                                        Optional.ofNullable((Long) row[0]),
                                        Optional.ofNullable((Integer) row[1])))
                .orElse(TransferBudget.NONE);
    }

    /** Whether somebody got other bytes from a cache than those of the digest. */
    public Doubt doubt(Tx tx, CacheId cache, Sha512 sha512) {
        return tx
                .rows(
                        "SELECT confirmed, 0 FROM suspect WHERE cache = ?1 AND sha512 = ?2",
                        cache.value(),
                        sha512.value())
                .stream()
                .findFirst()
                .map(row -> Boolean.TRUE.equals(row[0]) ? Doubt.SURE : Doubt.TOLD)
                .orElse(Doubt.NONE);
    }

    /** A cache was asked, and does not hold it: nobody is sent there for it until it does. */
    public void notHeld(Tx tx, CacheId cache, Sha512 sha512) {
        tx.execute(
                "DELETE FROM replicated WHERE cache = ?1 AND sha512 = ?2",
                cache.value(),
                sha512.value());
    }

    /** The ids of the regions there are. */
    Set<String> regions(Tx tx) {
        return texts(tx, "SELECT id FROM region");
    }

    /** Takes in what the orchestrator says of a region; empty if it is gone. */
    void learnRegion(Tx tx, String id, Optional<ConfigurationDocument.Region> region) {
        if (region.isPresent()) {
            TransferBudget budget = region.get().budget().orElse(TransferBudget.NONE);
            tx.execute(
                    """
                    INSERT INTO region (id, server_fallback, bytes_per_second_max, transfers_max)
                    VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (id) DO UPDATE SET
                        server_fallback = excluded.server_fallback,
                        bytes_per_second_max = excluded.bytes_per_second_max,
                        transfers_max = excluded.transfers_max""",
                    id,
                    region.get().serverFallback(),
                    budget.bytesPerSecondMax().orElse(null),
                    budget.transfersMax().orElse(null));
        } else {
            tx.execute("DELETE FROM region WHERE id = ?1", id);
        }
    }

    /** How often a cache's configuration was changed. */
    Revision revision(Tx tx, String id) {
        return new Revision(
                commands.load(
                                tx,
                                PackageConfiguration.KIND,
                                PackageConfiguration.streamOf(Kind.CACHE, id))
                        .revision());
    }

    /** Writes a cache, if anything about it changed; its revision then. */
    Revision write(Tx tx, Optional<CacheRow> before, CacheRow after, Cause cause) {
        if (before.isPresent() && before.get().content().equals(after.content())) {
            return revision(tx, after.id);
        }
        // The event first, so that of two changes at once one waits.
        commands.handle(
                tx,
                PackageConfiguration.KIND,
                PackageConfiguration.streamOf(Kind.CACHE, after.id),
                List.of(
                        new PackageConfiguration.Command.Write(
                                Kind.CACHE, after.id, after.document())),
                cause);
        if (before.isPresent()) {
            tx.update(after);
            if (!before.get().place().equals(after.place())) {
                forgetHoldings(tx, after.id);
                forgetMarks(tx, before.get());
            }
        } else {
            tx.insert(after);
        }
        return revision(tx, after.id);
    }

    /** Removes a cache. */
    void remove(Tx tx, CacheRow row, Cause cause) {
        commands.handle(
                tx,
                PackageConfiguration.KIND,
                PackageConfiguration.streamOf(Kind.CACHE, row.id),
                List.of(new PackageConfiguration.Command.Remove(Kind.CACHE, row.id)),
                cause);
        tx.delete(row);
        forgetHoldings(tx, row.id);
        forgetMarks(tx, row);
    }

    /** The deployments that are bringing packages to a cache, in words. */
    List<String> usersOf(Tx tx, String cache) {
        return texts(
                        tx,
                        "SELECT DISTINCT deployment FROM acquisition WHERE ?1 = ANY(caches)",
                        cache)
                .stream()
                .sorted()
                .map(deployment -> "deployment " + deployment)
                .toList();
    }

    private static void forgetHoldings(Tx tx, String cache) {
        tx.execute("DELETE FROM replicated WHERE cache = ?1", cache);
        tx.execute("DELETE FROM suspect WHERE cache = ?1", cache);
        tx.execute("DELETE FROM suspicion WHERE cache = ?1", cache);
    }

    /**
     * A folder that no cache has any more is not missed at its place, where another may be mounted;
     * its mark stays known, so that it is taken wherever it comes again.
     */
    private static void forgetMarks(Tx tx, CacheRow gone) {
        tx.execute(
                """
                UPDATE folder_mark SET push_url = '', written_at = NULL
                WHERE push_url = ?1 AND NOT EXISTS (
                    SELECT 1 FROM cache c WHERE c.push_url = ?1 AND c.kind = 'FOLDER')""",
                gone.pushUrl);
    }

    private static Set<String> texts(Tx tx, String sql, @Nullable Object... positional) {
        var texts = new HashSet<String>();
        for (Object[] row : tx.rows(sql, positional)) {
            texts.add((String) Objects.requireNonNull(row[0]));
        }
        return texts;
    }
}
