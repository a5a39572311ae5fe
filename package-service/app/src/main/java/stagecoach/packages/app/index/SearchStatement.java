package stagecoach.packages.app.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageMatches;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.packages.server.index.PackageVersions;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A search as SQL: one statement counts, one names the versions of a page of ids, and one reads
 * what those that are shown say of themselves. A package is found if any of its versions has the
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
        List<List<PackageEntry>> packages = packages(tx);
        var newest = packages.stream().map(versions -> versions.getLast().pin()).toList();
        return new PackageMatches(total, described(tx, packages, newest, columns));
    }

    /** The same for who counts versions: those of a page say all of themselves. */
    PackageVersions versions(Tx tx, String columns) {
        var touched = tx.rows(touched(), parameters.toArray());
        if (touched.isEmpty()) {
            return new PackageVersions(0, List.of());
        }
        long before = ((Number) Objects.requireNonNull(touched.getFirst()[1])).longValue();
        var packages =
                grouped(
                        tx.rows(
                                "SELECT %s FROM package WHERE %s AND id_key = ANY(CAST(?1 AS text[]))"
                                        .formatted(NAMED, visible),
                                (Object)
                                        touched.stream()
                                                .map(row -> row[0])
                                                .toArray(String[]::new)));
        var page =
                packages.stream()
                        .flatMap(List::stream)
                        .skip(query.skip() - before)
                        .limit(query.take())
                        .map(PackageEntry::pin)
                        .toList();
        return new PackageVersions(before, described(tx, packages, page, columns));
    }

    /** The packages that a page of versions begins in, lies over and ends in, in their order. */
    private String touched() {
        String word = word();
        return """
               SELECT id_key, upto - versions FROM (
                 SELECT id_key, count(*) AS versions, sum(count(*)) OVER (ORDER BY %s) AS upto
                 FROM package WHERE %s AND id_key IN (SELECT id_key FROM package WHERE %s)
                 GROUP BY id_key) AS counted
               WHERE upto > CAST(%s AS bigint) AND upto - versions < CAST(%s AS bigint) ORDER BY upto
               """
                .formatted(
                        order(word),
                        visible,
                        condition,
                        parameter(query.skip()),
                        parameter(query.skip() + query.take()));
    }

    private String word() {
        return parameter(query.words().isEmpty() ? "" : query.words().getFirst());
    }

    /** As {@link PackageQuery#order} has it. */
    private static String order(String word) {
        return "id_key <> %1$s, strpos(id_key, %1$s) = 0, id_key COLLATE \"C\"".formatted(word);
    }

    private List<List<PackageEntry>> packages(Tx tx) {
        String page =
                "SELECT id_key FROM package WHERE %s GROUP BY id_key ORDER BY %s LIMIT %s OFFSET %s"
                        .formatted(
                                condition,
                                order(word()),
                                parameter(query.take()),
                                parameter(query.skip()));
        return grouped(
                tx.rows(
                        "SELECT %s FROM package WHERE %s AND id_key IN (%s)"
                                .formatted(NAMED, visible, page),
                        parameters.toArray()));
    }

    private List<List<PackageEntry>> grouped(List<@Nullable Object[]> rows) {
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

    /** The same packages, some versions of them with all that they say of themselves. */
    private static List<List<PackageEntry>> described(
            Tx tx, List<List<PackageEntry>> packages, List<PackagePin> shown, String columns) {
        var full = new HashMap<PackagePin, PackageEntry>();
        tx
                .rows(
                        "SELECT %s FROM package WHERE (id_key, version_key) IN (SELECT * FROM unnest(CAST(?1 AS text[]), CAST(?2 AS text[])))"
                                .formatted(columns),
                        shown.stream().map(pin -> pin.id().lower()).toArray(String[]::new),
                        shown.stream().map(pin -> pin.version().lower()).toArray(String[]::new))
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
