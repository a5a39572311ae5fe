package stagecoach.packages.app.index;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.index.AddOutcome;
import stagecoach.packages.server.index.DetailsFile;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.packages.server.index.PackageMatches;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.packages.server.index.PackageVersions;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The index of the built-in feed, in the database: of two pushes of one version the primary key
 * lets one in, and no other push waits for them. Called on virtual threads only.
 */
@Singleton
public class PostgresIndex implements PackageIndex {
    private static final String COLUMNS =
            "id, version, sha512, size, published, listed, authors, description, details";

    private final UnitOfWork unitOfWork;

    PostgresIndex(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    @Override
    public AddOutcome add(PackageEntry entry) throws IOException {
        try {
            return unitOfWork.run(tx -> add(tx, entry));
        } catch (RuntimeException e) {
            throw new IOException("The package cannot be named in the index.", e);
        }
    }

    private static AddOutcome add(Tx tx, PackageEntry entry) {
        PackagePin pin = entry.pin();
        Optional<PackageEntry> givenAway = PushedIds.claim(tx, entry);
        if (givenAway.isPresent()) {
            return new AddOutcome.OtherBytes(givenAway.get());
        }
        int added =
                tx.execute(
                        "INSERT INTO package (id_key, version_key, %s, searched, semver2, types, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?7) ON CONFLICT DO NOTHING"
                                .formatted(COLUMNS),
                        pin.id().lower(),
                        pin.version().lower(),
                        pin.id().value(),
                        pin.version().value(),
                        pin.sha512().value(),
                        pin.size(),
                        entry.published(),
                        entry.listed(),
                        entry.authors(),
                        entry.description(),
                        DetailsFile.write(entry.details()),
                        PackageQuery.searched(entry),
                        entry.details().semVer2(),
                        types(entry.details()));
        if (added == 1) {
            return new AddOutcome.Added(entry);
        }
        if (found(tx, pin)) {
            return new AddOutcome.Added(entry);
        }
        PackageEntry present =
                find(tx, pin.id(), pin.version())
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "The package went while it was being added: "
                                                        + pin));
        return present.pin().sha512().equals(pin.sha512())
                ? new AddOutcome.SameBytes(present)
                : new AddOutcome.OtherBytes(present);
    }

    /** Whether this brings back what was lost. */
    private static boolean found(Tx tx, PackagePin pin) {
        return tx.execute(
                        "UPDATE package SET lost_at = NULL WHERE id_key = ?1 AND version_key = ?2 AND sha512 = ?3 AND lost_at IS NOT NULL",
                        pin.id().lower(),
                        pin.version().lower(),
                        pin.sha512().value())
                > 0;
    }

    /**
     * The bytes of some packages are lost, and they are not offered, or they are back.
     *
     * @return whether that is new
     */
    public static boolean lost(Tx tx, Sha512 sha512, Optional<Instant> since) {
        return since.map(
                                at ->
                                        tx.execute(
                                                "UPDATE package SET lost_at = ?2 WHERE sha512 = ?1 AND lost_at IS NULL",
                                                sha512.value(),
                                                at))
                        .orElseGet(
                                () ->
                                        tx.execute(
                                                "UPDATE package SET lost_at = NULL WHERE sha512 = ?1 AND lost_at IS NOT NULL",
                                                sha512.value()))
                > 0;
    }

    @Override
    public AddOutcome add(PackageEntry entry, Bytes bytes) throws IOException {
        try {
            return unitOfWork.run(
                    tx -> {
                        lock(tx, entry.pin().sha512());
                        return added(tx, entry, bytes);
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            throw new IOException("The package cannot be named in the index.", e);
        }
    }

    private static AddOutcome added(Tx tx, PackageEntry entry, Bytes bytes) {
        AddOutcome outcome = add(tx, entry);
        try {
            // Before the commit: whatever is named can be downloaded.
            if (outcome instanceof AddOutcome.Added
                    || (outcome instanceof AddOutcome.SameBytes && !bytes.held())) {
                bytes.keep();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return outcome;
    }

    /** Until the end of the transaction nobody else adds or removes these bytes, on any pod. */
    public static void lock(Tx tx, Sha512 sha512) {
        tx.rows(
                "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('stagecoach blob ' || ?1, 0))) AS l",
                sha512.value());
    }

    @Override
    public boolean remove(PackageId id, PackageVersion version) throws IOException {
        try {
            return unitOfWork.run(
                    tx ->
                            tx.execute(
                                            "DELETE FROM package WHERE id_key = ?1 AND version_key = ?2",
                                            id.lower(),
                                            version.lower())
                                    > 0);
        } catch (RuntimeException e) {
            throw new IOException("The package cannot be taken out of the index.", e);
        }
    }

    @Override
    public boolean list(PackageId id, PackageVersion version, boolean listed) throws IOException {
        try {
            return unitOfWork.run(
                    tx ->
                            tx.execute(
                                            "UPDATE package SET listed = ?3 WHERE id_key = ?1 AND version_key = ?2",
                                            id.lower(),
                                            version.lower(),
                                            listed)
                                    > 0);
        } catch (RuntimeException e) {
            throw new IOException("The package cannot be changed in the index.", e);
        }
    }

    /**
     * Packages that were taken in before their details were kept, in order.
     *
     * @param after only those behind this one
     */
    public List<PackageEntry> withoutDetails(Optional<PackageEntry> after, int limit) {
        String id = after.map(entry -> entry.pin().id().lower()).orElse("");
        String version = after.map(entry -> entry.pin().version().lower()).orElse("");
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT %s FROM package WHERE details IS NULL AND (id_key, version_key) > (?1, ?2) ORDER BY id_key, version_key LIMIT ?3"
                                                .formatted(COLUMNS),
                                        id,
                                        version,
                                        limit)
                                .stream()
                                .map(PostgresIndex::entry)
                                .toList());
    }

    /** Keeps what a package says of itself, as its nuspec was read later. */
    public void describe(PackageEntry entry, PackageDetails details) {
        var pin = entry.pin();
        var described = entry.withDetails(details);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE package SET details = ?3, searched = ?4, semver2 = ?5, types = ?6 WHERE id_key = ?1 AND version_key = ?2",
                                pin.id().lower(),
                                pin.version().lower(),
                                DetailsFile.write(details),
                                PackageQuery.searched(described),
                                details.semVer2(),
                                types(details)));
    }

    private static String[] types(PackageDetails details) {
        return details.types().stream()
                .map(type -> type.toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }

    @Override
    public Optional<PackageEntry> find(PackageId id, PackageVersion version) {
        return unitOfWork.run(tx -> offered(tx, id, version));
    }

    /** The same in a transaction that one already has. */
    public static Optional<PackageEntry> offered(Tx tx, PackageId id, PackageVersion version) {
        return one(tx, id, version, " AND lost_at IS NULL");
    }

    /** A package, even if its bytes are lost. */
    public static Optional<PackageEntry> find(Tx tx, PackageId id, PackageVersion version) {
        return one(tx, id, version, "");
    }

    private static Optional<PackageEntry> one(
            Tx tx, PackageId id, PackageVersion version, String condition) {
        return tx
                .rows(
                        "SELECT %s FROM package WHERE id_key = ?1 AND version_key = ?2%s"
                                .formatted(COLUMNS, condition),
                        id.lower(),
                        version.lower())
                .stream()
                .map(PostgresIndex::entry)
                .findFirst();
    }

    @Override
    public List<PackageEntry> versions(PackageId id) {
        return unitOfWork.run(tx -> versions(tx, id));
    }

    /** The same in a transaction that one already has. */
    public static List<PackageEntry> versions(Tx tx, PackageId id) {
        return tx
                .rows(
                        "SELECT %s FROM package WHERE id_key = ?1 AND lost_at IS NULL"
                                .formatted(COLUMNS),
                        id.lower())
                .stream()
                .map(PostgresIndex::entry)
                .sorted(Comparator.comparing((PackageEntry entry) -> entry.pin().version()))
                .toList();
    }

    @Override
    public List<PackageId> ids() {
        return unitOfWork.run(PostgresIndex::ids);
    }

    /** The same in a transaction that one already has. */
    public static List<PackageId> ids(Tx tx) {
        var newest = new LinkedHashMap<PackageId, PackageVersion>();
        var spelled = new LinkedHashMap<PackageId, PackageId>();
        for (Object[] row :
                tx.rows("SELECT id, version FROM package WHERE lost_at IS NULL ORDER BY id_key")) {
            var id = new PackageId(text(row, 0));
            var version = new PackageVersion(text(row, 1));
            @Nullable PackageVersion known = newest.get(id);
            if (known == null || version.compareTo(known) > 0) {
                newest.put(id, version);
                spelled.put(id, id);
            }
        }
        return List.copyOf(spelled.values());
    }

    /**
     * The ids that contain a text, without regard to case, in order.
     *
     * @param after only those behind this one, in lower case; empty for all
     */
    public static List<PackageId> search(Tx tx, String query, String after, int limit) {
        var keys =
                tx.rows(
                        "SELECT DISTINCT id_key FROM package WHERE lost_at IS NULL AND strpos(id_key, lower(?1)) > 0 AND id_key > ?2 ORDER BY id_key LIMIT ?3",
                        query,
                        after,
                        limit);
        var ids = new ArrayList<PackageId>();
        for (Object[] key : keys) {
            ids.add(new PackageId(text(key, 0)));
        }
        return ids;
    }

    @Override
    public PackageMatches search(PackageQuery query) {
        return unitOfWork.run(tx -> new SearchStatement(query).run(tx, COLUMNS));
    }

    @Override
    public PackageVersions searchVersions(PackageQuery query) {
        return unitOfWork.run(tx -> new SearchStatement(query).versions(tx, COLUMNS));
    }

    static PackageEntry entry(@Nullable Object[] row) {
        var pin =
                new PackagePin(
                        new PackageId(text(row, 0)),
                        new PackageVersion(text(row, 1)),
                        new Sha512(text(row, 2)),
                        ((Number) value(row, 3)).longValue());
        return new PackageEntry(
                pin,
                (Instant) value(row, 4),
                (Boolean) value(row, 5),
                text(row, 6),
                text(row, 7),
                details(row[8]));
    }

    /** None are kept of packages that came earlier and have not been read again yet. */
    private static PackageDetails details(@Nullable Object text) {
        return text == null ? PackageDetails.NONE : DetailsFile.read((String) text);
    }

    private static String text(@Nullable Object[] row, int column) {
        return (String) value(row, column);
    }

    private static Object value(@Nullable Object[] row, int column) {
        return Objects.requireNonNull(row[column]);
    }
}
