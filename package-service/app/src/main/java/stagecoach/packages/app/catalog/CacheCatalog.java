package stagecoach.packages.app.catalog;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.routing.RoutePlanner;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.Revision;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.Sha512;

/** The caches and regions there are, for those who plan by them; each change with its event. */
@ApplicationScoped
public class CacheCatalog {
    private final CommandHandler commands;

    CacheCatalog(CommandHandler commands) {
        this.commands = commands;
    }

    /** A cache as it is configured now. */
    public Optional<CacheRow> find(Tx tx, CacheId cache) {
        return tx.find(CacheRow.class, cache.value());
    }

    /** Those of {@code caches} that are configured. */
    public Set<CacheId> known(Tx tx, Collection<CacheId> caches) {
        return tx
                .query(
                        CacheRow.class,
                        "from CacheRow where id in ?1",
                        caches.stream().map(CacheId::value).toList())
                .stream()
                .map(row -> new CacheId(row.id))
                .collect(Collectors.toSet());
    }

    /** Where the targets of some needs look, region by region, as things are now. */
    public List<RegionRoute> routes(Tx tx, List<PackageNeed> needs) {
        var caches =
                tx.query(CacheRow.class, "from CacheRow order by id").stream()
                        .map(CacheRow::known)
                        .toList();
        Set<RegionId> withoutFallback =
                texts(tx, "SELECT id FROM region WHERE NOT server_fallback").stream()
                        .map(RegionId::new)
                        .collect(Collectors.toSet());
        return RoutePlanner.routes(needs, caches, withoutFallback);
    }

    /** Whether somebody got other bytes from a cache than those of the digest. */
    public boolean isSuspect(Tx tx, CacheId cache, Sha512 sha512) {
        return !tx.rows(
                        "SELECT 1 FROM suspect WHERE cache = ?1 AND sha512 = ?2",
                        cache.value(),
                        sha512.value())
                .isEmpty();
    }

    /** The ids of the regions there are. */
    Set<String> regions(Tx tx) {
        return texts(tx, "SELECT id FROM region");
    }

    /** Takes in what the orchestrator says of a region; empty if it is gone. */
    void learnRegion(Tx tx, String id, Optional<Boolean> serverFallback) {
        if (serverFallback.isPresent()) {
            tx.execute(
                    "INSERT INTO region (id, server_fallback) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET server_fallback = excluded.server_fallback",
                    id,
                    serverFallback.get());
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
    }

    private static Set<String> texts(Tx tx, String sql, @Nullable Object... positional) {
        var texts = new HashSet<String>();
        for (Object[] row : tx.rows(sql, positional)) {
            texts.add((String) Objects.requireNonNull(row[0]));
        }
        return texts;
    }
}
