package stagecoach.packages.app.artifact;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import stagecoach.contracts.agent.Artifact;
import stagecoach.packages.app.index.BlobAnswers;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.retirement.OwnTables;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Keeps collected files: a row tells whose one is, and goes with its deployment; the bytes lie in a
 * store of their own ({@link ArtifactFolder}), which no sweep of packages looks into, and go after
 * the last row that meant them ({@link LeftBytes}).
 *
 * <p>The row comes first, so that no bytes are ever there that no row means. Whoever writes a row
 * of some bytes does so behind a lock of their digest, and whoever deletes them looks behind it: so
 * none are deleted that somebody has meant meanwhile.
 */
@Singleton
public class ArtifactStore implements OwnTables {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Written to the disk now and then, so that the last of it is quick. */
    private static final long FLUSH_EVERY_BYTES = 32L << 20;

    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final PackageStore blobs;
    private final BlobAnswers answers;

    ArtifactStore(UnitOfWork unitOfWork, Clock clock, ArtifactFolder folder) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
        this.blobs = folder.blobs();
        this.answers = new BlobAnswers(blobs);
    }

    /** What became of an upload. */
    enum Kept {
        /** It is here, now or since before. */
        HERE,
        /** Other bytes came than were announced. */
        OTHER_BYTES,
        /** More came than a file may have. */
        TOO_LARGE,
        /** The command has as many already as it may have. */
        TOO_MANY,
        /** Its deployment is kept no longer. */
        RETIRED
    }

    /** A file, by what it is asked for. */
    record Address(Ticket ticket, Digest sha256) {}

    /** Answers who reads. */
    BlobAnswers answers() {
        return answers;
    }

    /** Where the bytes lie, if they are here. */
    Optional<Sha512> find(Address address) throws IOException {
        Optional<Sha512> known =
                unitOfWork.run(
                        tx ->
                                tx
                                        .select(
                                                "SELECT sha512 FROM artifact WHERE ticket = ?1 AND sha256 = ?2",
                                                address.ticket().value(),
                                                address.sha256().value())
                                        .stream()
                                        .findFirst()
                                        .map(row -> new Sha512(row.text(0))));
        return known.isPresent() && blobs.has(known.get()) ? known : Optional.empty();
    }

    /** Takes a file in, to its end; one that is here already is not read. */
    Kept keep(Address address, DeploymentId deployment, InputStream body, long sizeMax)
            throws IOException {
        if (find(address).isPresent()) {
            return Kept.HERE;
        }
        if (countOthers(address) >= Artifact.COUNT_MAX) {
            return Kept.TOO_MANY;
        }
        // The last of the disk is for packages: without these nothing is deployed.
        DiskFullException.check(Artifact.BYTES_MAX, blobs.room());
        try (BlobDraft draft = blobs.draft()) {
            Optional<Digest> came = copied(body, draft, sizeMax);
            if (came.isEmpty()) {
                return Kept.TOO_LARGE;
            }
            if (!came.get().equals(address.sha256())) {
                return Kept.OTHER_BYTES;
            }
            Sha512 sha512 = draft.seal();
            long size = draft.size();
            if (!unitOfWork.run(tx -> mean(tx, address, deployment, sha512, size))) {
                return Kept.RETIRED;
            }
            draft.keep();
            // It may have been retired since, and nobody would look for the bytes again.
            return unitOfWork.run(tx -> isMeant(tx, sha512)) ? Kept.HERE : Kept.RETIRED;
        } catch (CutOff e) {
            throw e;
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
    }

    /** Its own row may be there already, without its bytes, if an earlier try was cut off. */
    private int countOthers(Address address) {
        return unitOfWork.run(
                tx ->
                        tx.select(
                                        "SELECT count(*) FROM artifact WHERE ticket = ?1 AND sha256 <> ?2",
                                        address.ticket().value(),
                                        address.sha256().value())
                                .getFirst()
                                .whole(0));
    }

    private Optional<Digest> copied(InputStream body, BlobDraft draft, long sizeMax)
            throws IOException {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long unflushed = 0;
        for (int count = next(body, buffer); count >= 0; count = next(body, buffer)) {
            if (draft.size() + count > sizeMax) {
                return Optional.empty();
            }
            sha256.update(buffer, 0, count);
            draft.write(buffer, 0, count);
            unflushed += count;
            if (unflushed >= FLUSH_EVERY_BYTES) {
                draft.flush();
                unflushed = 0;
                // Others come at the same time.
                DiskFullException.check(Artifact.BYTES_MAX, blobs.room());
            }
        }
        return Optional.of(new Digest(HexFormat.of().formatHex(sha256.digest())));
    }

    private static int next(InputStream body, byte[] buffer) throws CutOff {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new CutOff(e);
        }
    }

    /** The sender has gone; this server's disk has not failed. */
    static final class CutOff extends IOException {
        private static final long serialVersionUID = 1L;

        CutOff(IOException cause) {
            super("the sender went away", cause);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private boolean mean(
            Statements tx, Address address, DeploymentId deployment, Sha512 sha512, long size) {
        lock(tx, sha512);
        tx.execute(
                """
                INSERT INTO artifact (ticket, sha256, deployment, sha512, size, kept_at)
                SELECT CAST(?1 AS uuid), CAST(?2 AS text), CAST(?3 AS text), CAST(?4 AS text),
                    CAST(?5 AS bigint), CAST(?6 AS timestamptz)
                WHERE NOT EXISTS (SELECT 1 FROM retired WHERE deployment = CAST(?3 AS text))
                ON CONFLICT (ticket, sha256) DO NOTHING""",
                address.ticket().value(),
                address.sha256().value(),
                deployment.value(),
                sha512.value(),
                size,
                clock.instant());
        return isThere(tx, sha512);
    }

    private static boolean isThere(Statements tx, Sha512 sha512) {
        return !tx.select("SELECT 1 FROM artifact WHERE sha512 = ?1 LIMIT 1", sha512.value())
                .isEmpty();
    }

    /** Bytes that nobody means are left to be deleted. */
    private static boolean isMeant(Statements tx, Sha512 sha512) {
        lock(tx, sha512);
        if (isThere(tx, sha512)) {
            return true;
        }
        tx.execute(
                "INSERT INTO artifact_left (sha512) VALUES (?1) ON CONFLICT DO NOTHING",
                sha512.value());
        return false;
    }

    /** Behind the lock, so that nobody means them meanwhile. */
    void deleteUnlessMeant(Statements tx, Sha512 sha512) throws IOException {
        lock(tx, sha512);
        if (!isThere(tx, sha512)) {
            blobs.delete(sha512);
        }
    }

    private static void lock(Statements tx, Sha512 sha512) {
        tx.select(
                "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('stagecoach artifact ' || ?1, 0))) AS l",
                sha512.value());
    }

    @Override
    public int forget(Statements tx, String deployment, int rowsMax) {
        return tx.select(
                        """
                        WITH gone AS (
                            DELETE FROM artifact WHERE (ticket, sha256) IN (
                                SELECT ticket, sha256 FROM artifact WHERE deployment = ?1
                                ORDER BY ticket, sha256 LIMIT ?2)
                            RETURNING sha512
                        ), left_over AS (
                            INSERT INTO artifact_left (sha512) SELECT DISTINCT sha512 FROM gone ORDER BY sha512
                            ON CONFLICT DO NOTHING
                        )
                        SELECT count(*) FROM gone""",
                        deployment,
                        rowsMax)
                .getFirst()
                .whole(0);
    }
}
