package stagecoach.orchestrator.app.release;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.wire.StagecoachJson;

/**
 * Documents that hold secrets, sealed and named by a keyed digest of their bytes: what releases
 * were made of, and what deployments run.
 */
@ApplicationScoped
public class PlanStore {
    private final SecretBox secrets;

    PlanStore(SecretBox secrets) {
        this.secrets = secrets;
    }

    /** Keeps a document; one that is there already is kept once. */
    public Digest keep(Tx tx, Object document) {
        byte[] json = StagecoachJson.bytes(document);
        // Events have the name: without the key it must tell no secret.
        Digest digest = secrets.nameOf(json, "plan");
        tx.execute(
                "INSERT INTO plan (digest, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                digest.value(),
                secrets.seal(json, contextOf(digest)));
        return digest;
    }

    /** The bytes of a document; empty if there is none of this name. */
    public Optional<byte[]> bytes(Tx tx, Digest digest) {
        return tx.select("SELECT sealed FROM plan WHERE digest = ?1", digest.value()).stream()
                .findFirst()
                .map(row -> secrets.open(row.bytes(0), contextOf(digest)));
    }

    /**
     * A document that must be there.
     *
     * @throws IllegalStateException if it is not: rows that name it were written with it
     */
    public <T> T read(Tx tx, Digest digest, Class<T> type) {
        return StagecoachJson.read(
                bytes(tx, digest)
                        .orElseThrow(() -> new IllegalStateException("there is no plan " + digest)),
                type);
    }

    @Produces
    @Singleton
    static SealedRows sealedRows() {
        return SealedRows.of("plans", "plan", "sealed", "digest", PlanStore::contextOf);
    }

    private static String contextOf(Digest digest) {
        return contextOf(digest.value());
    }

    private static String contextOf(String digest) {
        return "plan:" + digest;
    }
}
