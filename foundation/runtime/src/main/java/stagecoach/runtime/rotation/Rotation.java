package stagecoach.runtime.rotation;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.vocabulary.sealing.SealingKey;

/**
 * Seals rows again with the current key, a small transaction at a time. Nothing is remembered
 * between two of them: each row tells its key, so that whoever comes next sees what is left.
 */
@ApplicationScoped
public class Rotation {
    /** Rows in a transaction; a plan may have some hundred kilobytes. */
    private static final int ROWS_MAX = 100;

    private final UnitOfWork unitOfWork;
    private final SecretBox box;
    private final List<SealedRows> kinds;

    Rotation(UnitOfWork unitOfWork, SecretBox box, @Any Instance<SealedRows> kinds) {
        this.unitOfWork = unitOfWork;
        this.box = box;
        this.kinds = kinds.stream().sorted(Comparator.comparing(SealedRows::name)).toList();
    }

    /**
     * How many rows need a key.
     *
     * @param key empty for rows that were sealed before keys had ids
     */
    record KeyUse(String kind, Optional<KeyId> key, long rows) {}

    /**
     * Where the next batch begins.
     *
     * @param kind the name of the kind of rows
     * @param after the key of the row before; empty at the beginning of the kind
     */
    record Place(String kind, List<String> after) {
        Place {
            after = List.copyOf(after);
        }
    }

    /** A row that could not be sealed again, and why. */
    record Left(String kind, String row, String reason) {}

    /**
     * What a batch came to.
     *
     * @param key the one that its rows are sealed with now
     * @param next empty at the end
     */
    record Batch(KeyId key, int resealed, List<Left> left, Optional<Place> next) {
        Batch {
            left = List.copyOf(left);
        }
    }

    /** How many rows of each kind need which key. */
    List<KeyUse> uses() {
        return unitOfWork.run(
                tx -> kinds.stream().flatMap(kind -> uses(tx, kind).stream()).toList());
    }

    private static List<KeyUse> uses(Tx tx, SealedRows kind) {
        // Which key it was is told by form 2 only.
        return tx
                .rows(
                        """
                        SELECT CASE WHEN substring(%1$s from 1 for 1) = decode('02', 'hex')
                                    THEN encode(substring(%1$s from 2 for 4), 'hex') ELSE '' END AS key_id,
                               count(*) FROM %2$s WHERE %1$s IS NOT NULL GROUP BY 1 ORDER BY 1"""
                                .formatted(kind.column(), kind.table()))
                .stream()
                .map(
                        row ->
                                new KeyUse(
                                        kind.name(),
                                        Optional.of(text(row, 0))
                                                .filter(id -> !id.isEmpty())
                                                .map(KeyId::new),
                                        ((Number) Objects.requireNonNull(row[1])).longValue()))
                .toList();
    }

    /** The first place of all. */
    Place beginning() {
        return new Place(kinds.getFirst().name(), List.of());
    }

    /** Whether a place is one of this service. */
    boolean knows(Place place) {
        return kinds.stream()
                .anyMatch(
                        kind ->
                                kind.name().equals(place.kind())
                                        && (place.after().isEmpty()
                                                || place.after().size() == kind.key().size()));
    }

    /** Seals the rows behind {@code place} again, as many as fit into one transaction. */
    Batch reseal(Place place) {
        SealedRows kind = kinds.get(indexOf(place));
        SealingKey key = box.keys().current();
        return unitOfWork.run(tx -> reseal(tx, kind, place, key));
    }

    private Batch reseal(Tx tx, SealedRows kind, Place place, SealingKey key) {
        kind.lock().accept(tx);
        List<@Nullable Object[]> rows = rowsOfOtherKeys(tx, kind, place, key);
        List<Left> left = new ArrayList<>();
        for (@Nullable Object[] row : rows) {
            reseal(tx, kind, row, key).ifPresent(left::add);
        }
        Optional<Place> next =
                rows.size() == ROWS_MAX
                        ? Optional.of(new Place(kind.name(), idOf(kind, rows.getLast())))
                        : kindBehind(place);
        return new Batch(key.id(), rows.size() - left.size(), left, next);
    }

    /**
     * Rows that somebody changes just now are left out, so that nobody waits for us crosswise; the
     * count at the end tells of them.
     */
    private static List<@Nullable Object[]> rowsOfOtherKeys(
            Tx tx, SealedRows kind, Place place, SealingKey key) {
        String id = joined(kind, column -> "CAST(%s AS text)".formatted(column), ", ");
        String behind =
                place.after().isEmpty()
                        ? ""
                        : " AND (%s) > (%s)"
                                .formatted(
                                        id,
                                        IntStream.range(0, kind.key().size())
                                                .mapToObj(i -> "?" + (i + 2))
                                                .collect(Collectors.joining(", ")));
        List<@Nullable Object> values = new ArrayList<>();
        values.add(SecretBox.headOf(key.id()));
        values.addAll(place.after());
        return tx.rows(
                "SELECT %1$s, %2$s, CAST(ctid AS text) FROM %3$s WHERE substring(%2$s from 1 for 5) <> ?1%4$s ORDER BY %1$s LIMIT %5$d FOR NO KEY UPDATE SKIP LOCKED"
                        .formatted(id, kind.column(), kind.table(), behind, ROWS_MAX),
                values.toArray());
    }

    private Optional<Left> reseal(Tx tx, SealedRows kind, @Nullable Object[] row, SealingKey key) {
        List<String> id = idOf(kind, row);
        String context = kind.context().apply(id);
        byte[] sealed = (byte[]) Objects.requireNonNull(row[id.size()]);
        byte[] plain;
        try {
            plain = box.open(sealed, context);
        } catch (SecretBox.Unopenable e) {
            // The others need not wait for it; whoever rotates is told.
            return Optional.of(
                    new Left(kind.name(), String.join(" ", id), String.valueOf(e.getMessage())));
        }
        // The row is locked, so that it still lies where it was found.
        tx.execute(
                "UPDATE %s SET %s = ?1 WHERE ctid = CAST(CAST(?2 AS text) AS tid)"
                        .formatted(kind.table(), kind.column()),
                box.seal(plain, context, key),
                text(row, id.size() + 1));
        return Optional.empty();
    }

    private Optional<Place> kindBehind(Place place) {
        int next = indexOf(place) + 1;
        return next < kinds.size()
                ? Optional.of(new Place(kinds.get(next).name(), List.of()))
                : Optional.empty();
    }

    private int indexOf(Place place) {
        return IntStream.range(0, kinds.size())
                .filter(i -> kinds.get(i).name().equals(place.kind()))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> idOf(SealedRows kind, @Nullable Object[] row) {
        return IntStream.range(0, kind.key().size()).mapToObj(i -> text(row, i)).toList();
    }

    private static String joined(SealedRows kind, Function<String, String> each, String by) {
        return kind.key().stream().map(each).collect(Collectors.joining(by));
    }

    private static String text(@Nullable Object[] row, int column) {
        return String.valueOf(row[column]);
    }
}
