package stagecoach.packages.app.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageMatches;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A search as SQL: one statement counts, one names the versions of a page of ids, and one reads
 * what the newest of them say of themselves. A package is found if any of its versions has the
 * words; shown are all that the asker may see, so that the newest is never an old one.
 */
final class SearchStatement {
    /** The columns of an entry, without the long ones. */
    private static final String NAMED =
            "id, version, sha512, size, published, listed, '' AS authors, '' AS description, NULL AS details";

    private final PackageQuery query;
    private final List<Object> parameters = new ArrayList<>();
    private final String visible;
    private final String condition;

    SearchStatement(PackageQuery query) {
        this.query = query;
        var conditions = new ArrayList<String>();
        conditions.add("listed");
        conditions.add("lost_at IS NULL");
        if (!query.prerelease()) {
            conditions.add("strpos(version_key, '-') = 0");
        }
        if (!query.semVer2()) {
            conditions.add("NOT semver2");
        }
        visible = String.join(" AND ", conditions);
        query.packageType().ifPresent(type -> conditions.add(parameter(type) + " = ANY(types)"));
        String searched = query.idOnly() ? "id_key" : "searched";
        for (String word : query.words()) {
            conditions.add("strpos(%s, %s) > 0".formatted(searched, parameter(word)));
        }
        condition = String.join(" AND ", conditions);
    }

    private String parameter(Object value) {
        parameters.add(value);
        return value instanceof Integer
                ? "?" + parameters.size()
                : "CAST(?%d AS text)".formatted(parameters.size());
    }

    PackageMatches run(Tx tx, String columns) {
        long total =
                ((Number)
                                Objects.requireNonNull(
                                        tx.rows(
                                                        "SELECT count(DISTINCT id_key), 0 FROM package WHERE "
                                                                + condition,
                                                        parameters.toArray())
                                                .getFirst()[0]))
                        .longValue();
        return new PackageMatches(total, described(tx, packages(tx), columns));
    }

    private List<List<PackageEntry>> packages(Tx tx) {
        String word = parameter(query.words().isEmpty() ? "" : query.words().getFirst());
        String page =
                "SELECT id_key FROM package WHERE %s GROUP BY id_key ORDER BY id_key <> %s, strpos(id_key, %s) = 0, id_key COLLATE \"C\" LIMIT %s OFFSET %s"
                        .formatted(
                                condition,
                                word,
                                word,
                                parameter(query.take()),
                                parameter(query.skip()));
        var rows =
                tx.rows(
                        "SELECT %s FROM package WHERE %s AND id_key IN (%s)"
                                .formatted(NAMED, visible, page),
                        parameters.toArray());
        return rows.stream()
                .map(PostgresIndex::entry)
                .sorted(Comparator.comparing(entry -> entry.pin().version()))
                .collect(
                        Collectors.groupingBy(
                                entry -> entry.pin().id(), LinkedHashMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey(query.order()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Only the newest of each are shown with all that they say. */
    private static List<List<PackageEntry>> described(
            Tx tx, List<List<PackageEntry>> packages, String columns) {
        var newest = packages.stream().map(versions -> versions.getLast().pin()).toList();
        var full = new HashMap<PackagePin, PackageEntry>();
        tx
                .rows(
                        "SELECT %s FROM package WHERE (id_key, version_key) IN (SELECT * FROM unnest(CAST(?1 AS text[]), CAST(?2 AS text[])))"
                                .formatted(columns),
                        newest.stream().map(pin -> pin.id().lower()).toArray(String[]::new),
                        newest.stream().map(pin -> pin.version().lower()).toArray(String[]::new))
                .stream()
                .map(PostgresIndex::entry)
                .forEach(entry -> full.put(entry.pin(), entry));
        return packages.stream()
                .map(
                        versions ->
                                versions.stream()
                                        .map(entry -> full.getOrDefault(entry.pin(), entry))
                                        .toList())
                .toList();
    }
}
