package stagecoach.steprunner.app.secrets;

import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.contracts.internal.Plan;
import stagecoach.runtime.access.ServiceCalls;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.steprunner.variables.StepPlan;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.wire.StagecoachJson;

/**
 * The plans of deployments: fetched from the orchestrator once per digest, kept sealed while a
 * deployment uses them.
 */
@ApplicationScoped
public class Plans {
    private static final int PREPARED_MAX = 16;
    private static final int NOT_FOUND = 404;

    private final UnitOfWork unitOfWork;
    private final ServiceCalls calls;
    private final SecretBox box;
    private final String orchestrator;

    /** Prepared plans, the one that was used last at the end. */
    private final Map<Digest, StepPlan> prepared = new LinkedHashMap<>(16, 0.75f, true);

    Plans(
            UnitOfWork unitOfWork,
            ServiceCalls calls,
            SecretBox box,
            @ConfigProperty(name = "stagecoach.orchestrator.url") String orchestrator) {
        this.unitOfWork = unitOfWork;
        this.calls = calls;
        this.box = box;
        this.orchestrator = orchestrator;
    }

    /**
     * Makes sure that the plan is here; to be called outside of any transaction.
     *
     * @throws TemporaryFailure if the orchestrator does not answer
     */
    public void fetch(Digest digest) {
        if (unitOfWork.run(tx -> stored(tx, digest).isPresent())) {
            return;
        }
        var plan = ask(digest);
        unitOfWork.run(
                tx ->
                        tx.execute(
                                "INSERT INTO plan (digest, ciphertext) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                                digest.value(),
                                // Here, so that it is the key of this moment and not of a try
                                // before.
                                box.seal(StagecoachJson.bytes(plan), context(digest))));
    }

    private Plan ask(Digest digest) {
        try {
            return calls.get(orchestrator, Plan.PATH + "/" + digest, Plan.class);
        } catch (ServiceCalls.Refused e) {
            if (e.status() == NOT_FOUND) {
                throw e;
            }
            // A service that is just starting, or keys that do not fit yet: both pass.
            throw new TemporaryFailure("The orchestrator does not hand out the plan.", e);
        }
    }

    /**
     * Keeps the plan until {@link #release}.
     *
     * @throws TemporaryFailure if it is not here; it is then fetched meanwhile
     */
    public void hold(Tx tx, Digest digest, DeploymentId deployment) {
        // The lock keeps a deployment that ends just now from removing the plan.
        if (tx.select("SELECT 1 FROM plan WHERE digest = ?1 FOR SHARE", digest.value()).isEmpty()) {
            // Nobody could foresee that it would be needed: an event that had waited for an earlier
            // one, or a deployment with the same plan that ended since.
            Thread.ofVirtual().name("plan-", 0).start(() -> fetchForLater(digest));
            throw new TemporaryFailure("The plan %s is not here yet.".formatted(digest), null);
        }
        tx.execute(
                "INSERT INTO plan_use (deployment, digest) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                deployment.value(),
                digest.value());
    }

    private void fetchForLater(Digest digest) {
        try {
            fetch(digest);
        } catch (TemporaryFailure e) {
            Log.infof("A plan cannot be had yet; it is asked for again. planDigest=%s", digest);
        }
    }

    /** The plan, which must be held. */
    public StepPlan open(Tx tx, Digest digest) {
        synchronized (prepared) {
            var known = prepared.get(digest);
            if (known != null) {
                return known;
            }
        }
        byte[] sealed =
                stored(tx, digest)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "The plan %s is not here.".formatted(digest)));
        var plan = new StepPlan(StagecoachJson.read(box.open(sealed, context(digest)), Plan.class));
        synchronized (prepared) {
            prepared.put(digest, plan);
            if (prepared.size() > PREPARED_MAX) {
                prepared.remove(prepared.keySet().iterator().next());
            }
        }
        return plan;
    }

    /** Forgets what the deployment held, and the plans that nobody holds any more. */
    public void release(Tx tx, DeploymentId deployment) {
        var held =
                tx.select(
                        "SELECT p.digest FROM plan p JOIN plan_use u USING (digest) WHERE u.deployment = ?1 ORDER BY p.digest FOR UPDATE OF p",
                        deployment.value());
        tx.execute("DELETE FROM plan_use WHERE deployment = ?1", deployment.value());
        for (var row : held) {
            var digest = row.text(0);
            int removed =
                    tx.execute(
                            "DELETE FROM plan p WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM plan_use u WHERE u.digest = p.digest)",
                            digest);
            if (removed > 0) {
                synchronized (prepared) {
                    prepared.remove(new Digest(digest));
                }
            }
        }
    }

    private static Optional<byte[]> stored(Tx tx, Digest digest) {
        return tx.select("SELECT ciphertext FROM plan WHERE digest = ?1", digest.value()).stream()
                .map(row -> row.bytes(0))
                .findFirst();
    }

    @Produces
    @Singleton
    static SealedRows sealedRows() {
        return SealedRows.of("plans", "plan", "ciphertext", "digest", Plans::context);
    }

    private static String context(Digest digest) {
        return context(digest.value());
    }

    private static String context(String digest) {
        return "plan:" + digest;
    }
}
