package stagecoach.packages.app.budget;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.budget.FairShare.Transfer;
import stagecoach.runtime.aggregate.Tx;

/**
 * The places of all processes. Each renews its own for as long as it lives, by the database's
 * clock, which is one for all; whoever is killed loses them after a while.
 */
@Singleton
class PlaceTable {
    private static final Duration GOOD_FOR = Duration.ofSeconds(20);

    /** After it one process at a time looks who may have a place, until its transaction ends. */
    private static final String TURN =
            "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('stagecoach places ' || current_schema(), 0))) AS l";

    /** A transfer of another process. */
    record Others(Transfer<String> transfer, boolean inside) {}

    /** Waits until nobody else gives places, but not for as long as places are good for. */
    void takeTurn(Tx tx) {
        tx.rows("SELECT set_config('lock_timeout', '5s', true)");
        tx.rows(TURN);
    }

    /** What other processes have and wait for, if it is our turn. */
    List<Others> others(Tx tx, String process) {
        tx.execute("DELETE FROM place WHERE held_until <= clock_timestamp()");
        return tx
                .rows(
                        "SELECT id, transfer, party, bytes, budgets, inside FROM place WHERE process <> ?1",
                        process)
                .stream()
                .map(PlaceTable::others)
                .toList();
    }

    private static Others others(@Nullable Object[] row) {
        return new Others(
                new Transfer<>(
                        text(row[0]),
                        text(row[1]),
                        text(row[2]),
                        ((Number) Objects.requireNonNull(row[3])).longValue(),
                        Set.of(text(row[4]).split(" ", -1))),
                (Boolean) Objects.requireNonNull(row[5]));
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }

    /** Writes one of ours down, for a while. */
    void put(Tx tx, String process, String id, Transfer<?> transfer, boolean inside) {
        tx.execute(
                """
                INSERT INTO place (id, process, transfer, party, bytes, budgets, inside, held_until)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, clock_timestamp() + interval '%d seconds')
                ON CONFLICT (id) DO UPDATE SET
                    inside = excluded.inside, held_until = excluded.held_until"""
                        .formatted(GOOD_FOR.toSeconds()),
                id,
                process,
                transfer.what(),
                transfer.party(),
                transfer.bytes(),
                String.join(" ", transfer.budgets()),
                inside);
    }

    /** Forgets some of ours. */
    void remove(Tx tx, Collection<String> ids) {
        ids.forEach(id -> tx.execute("DELETE FROM place WHERE id = ?1", id));
    }

    /** Forgets all that a process has. */
    void removeAll(Tx tx, String process) {
        tx.execute("DELETE FROM place WHERE process = ?1", process);
    }
}
