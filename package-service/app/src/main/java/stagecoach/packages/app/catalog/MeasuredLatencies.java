package stagecoach.packages.app.catalog;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.routing.Latencies;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;

/** How far caches are from machines, as these tell, and the median of each region's machines. */
@Singleton
public class MeasuredLatencies {
    /** A machine that has told nothing for so long counts no more. */
    private static final Duration COUNTS_FOR = Duration.ofDays(7);

    /** In which region machines are that need packages. */
    public void place(Tx tx, List<PackageNeed> needs) {
        Map<String, String> regions = new HashMap<>();
        for (PackageNeed need : needs) {
            for (PackageNeed.NeedingTarget target : need.targets()) {
                target.region()
                        .ifPresent(region -> regions.put(target.agent().value(), region.value()));
            }
        }
        if (!regions.isEmpty()) {
            tx.execute(
                    """
                    INSERT INTO machine_region AS known (agent, region)
                    SELECT * FROM unnest(?1::text[], ?2::text[])
                    ON CONFLICT (agent) DO UPDATE SET region = excluded.region
                    WHERE known.region <> excluded.region""",
                    regions.keySet().toArray(String[]::new),
                    regions.values().toArray(String[]::new));
        }
    }

    /** What a machine has told of a cache. */
    record Told(AgentId agent, Optional<RegionId> region, int millis, Instant at) {}

    /** What machines have told of a cache, by their ids; those behind {@code after}. */
    List<Told> of(Tx tx, CacheId cache, String after, int limit) {
        return tx
                .rows(
                        """
                        SELECT l.agent, m.region, l.millis, l.at
                        FROM latency l LEFT JOIN machine_region m ON m.agent = l.agent
                        WHERE l.cache = ?1 AND l.agent > ?2 ORDER BY l.agent LIMIT ?3""",
                        cache.value(),
                        after,
                        limit)
                .stream()
                .map(
                        row ->
                                new Told(
                                        new AgentId(text(row[0])),
                                        Optional.ofNullable((String) row[1]).map(RegionId::new),
                                        ((Number) Objects.requireNonNull(row[2])).intValue(),
                                        (Instant) Objects.requireNonNull(row[3])))
                .toList();
    }

    /** In which region a machine is, if it has ever needed a package there. */
    public Optional<RegionId> regionOf(Tx tx, AgentId agent) {
        return tx.rows("SELECT region FROM machine_region WHERE agent = ?1", agent.value()).stream()
                .findFirst()
                .map(row -> new RegionId(text(row[0])));
    }

    /** Takes in all that a machine knows now. */
    public void learn(Tx tx, AgentId agent, List<SourceLatency> latencies, Instant at) {
        forget(tx, agent);
        for (SourceLatency latency : latencies) {
            tx.execute(
                    """
                    INSERT INTO latency (agent, cache, millis, at) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (agent, cache) DO UPDATE SET millis = excluded.millis""",
                    agent.value(),
                    latency.cache().value(),
                    latency.millis(),
                    at);
        }
    }

    /** Another machine is behind an agent, or none. */
    public void forget(Tx tx, AgentId agent) {
        tx.execute("DELETE FROM latency WHERE agent = ?1", agent.value());
    }

    /** The medians. */
    Latencies medians(Tx tx, Instant now) {
        var medians = new HashMap<Latencies.Way, Integer>();
        for (Object[] row :
                tx.rows(
                        """
                        SELECT m.region, l.cache, percentile_disc(0.5) WITHIN GROUP (ORDER BY l.millis)
                        FROM latency l JOIN machine_region m ON m.agent = l.agent
                        WHERE l.at > ?1 GROUP BY m.region, l.cache""",
                        now.minus(COUNTS_FOR))) {
            medians.put(
                    new Latencies.Way(new RegionId(text(row[0])), new CacheId(text(row[1]))),
                    ((Number) Objects.requireNonNull(row[2])).intValue());
        }
        return new Latencies(medians);
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
