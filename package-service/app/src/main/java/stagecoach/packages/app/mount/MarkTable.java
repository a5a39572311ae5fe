package stagecoach.packages.app.mount;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/** The marks that folders of caches were given, and what is known to lie in these folders. */
@Singleton
class MarkTable {
    private final UnitOfWork unitOfWork;

    MarkTable(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    /**
     * A mark that was given to a folder.
     *
     * @param pushUrl its place
     * @param cache that has this place, if one still has
     */
    record Given(String pushUrl, Optional<CacheId> cache) {}

    /** What is known of a mark; empty if nothing is. */
    Optional<Given> given(UUID mark) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        """
                                        SELECT m.push_url, (SELECT min(c.id) FROM cache c
                                            WHERE c.push_url = m.push_url AND c.kind = 'FOLDER')
                                        FROM folder_mark m WHERE m.mark = ?1""",
                                        mark.toString())
                                .stream()
                                .findFirst()
                                .map(MarkTable::given));
    }

    private static Given given(@Nullable Object[] row) {
        return new Given(text(row[0]), Optional.ofNullable((String) row[1]).map(CacheId::new));
    }

    /** The marks that were seen in the folder at a place. */
    Set<UUID> writtenAt(String pushUrl) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT mark, 0 FROM folder_mark WHERE push_url = ?1 AND written_at IS NOT NULL",
                                        pushUrl)
                                .stream()
                                .map(row -> UUID.fromString(text(row[0])))
                                .collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * The mark that the folder at a place is to be given: one that could not be written before, or
     * a new one. It is known before it is written, whoever is killed in between.
     */
    UUID toWrite(String pushUrl) {
        return unitOfWork.run(
                tx -> {
                    List<@Nullable Object[]> unwritten =
                            tx.rows(
                                    """
                                    SELECT mark, 0 FROM folder_mark
                                    WHERE push_url = ?1 AND written_at IS NULL
                                    ORDER BY given_at DESC LIMIT 1""",
                                    pushUrl);
                    if (!unwritten.isEmpty()) {
                        return UUID.fromString(text(unwritten.getFirst()[0]));
                    }
                    UUID mark = UUID.randomUUID();
                    tx.execute(
                            "INSERT INTO folder_mark (mark, push_url) VALUES (?1, ?2)",
                            mark.toString(),
                            pushUrl);
                    return mark;
                });
    }

    /** A mark was seen at a place, wherever it was before. */
    void seen(UUID mark, String pushUrl) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                UPDATE folder_mark SET push_url = ?2, written_at = clock_timestamp()
                                WHERE mark = ?1""",
                                mark.toString(),
                                pushUrl));
    }

    /** Some packages that are known to lie at a place, those that were used last. */
    List<Sha512> packages(String pushUrl, int most) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        """
                                        SELECT r.sha512, max(r.used_at) AS used FROM replicated r
                                        JOIN cache c ON c.id = r.cache
                                        WHERE c.push_url = ?1 AND c.kind = 'FOLDER'
                                            AND r.dropping IS NULL
                                        GROUP BY r.sha512 ORDER BY used DESC LIMIT ?2""",
                                        pushUrl,
                                        most)
                                .stream()
                                .map(row -> new Sha512(text(row[0])))
                                .toList());
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
