package stagecoach.steprunner.app.secrets;

import com.fasterxml.jackson.core.type.TypeReference;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * Sensitive output variables, sealed by ticket from before the event that names them until the
 * outputs of their deployment are forgotten. Which of them counts is left to the outputs.
 */
@ApplicationScoped
public class SensitiveOutputs {
    private static final TypeReference<Map<String, String>> VALUES = new TypeReference<>() {};

    private final SecretBox box;

    SensitiveOutputs(SecretBox box) {
        this.box = box;
    }

    /**
     * Keeps what was set under a ticket; a repeat replaces it.
     *
     * @return whether the ticket is open: of one that has ended nothing is kept
     */
    public boolean keep(Tx tx, Ticket ticket, Map<String, String> values) {
        // The lock keeps a ticket that ends just now from leaving them behind.
        var open =
                tx.select(
                        "SELECT deployment FROM payload WHERE ticket = ?1 FOR SHARE",
                        ticket.value());
        if (open.isEmpty()) {
            return false;
        }
        tx.executeLater(
                "INSERT INTO sensitive_output (ticket, deployment, ciphertext) VALUES (?1, ?2, ?3) ON CONFLICT (ticket) DO UPDATE SET ciphertext = excluded.ciphertext",
                ticket.value(),
                open.getFirst().text(0),
                box.seal(StagecoachJson.bytes(values), context(ticket.value().toString())));
        return true;
    }

    /** What was set under these tickets, by name. */
    public Map<Ticket, Map<String, String>> open(Tx tx, Collection<Ticket> tickets) {
        var opened = new LinkedHashMap<Ticket, Map<String, String>>();
        if (tickets.isEmpty()) {
            return opened;
        }
        UUID[] ids = tickets.stream().map(Ticket::value).distinct().toArray(UUID[]::new);
        for (var row :
                tx.select(
                        "SELECT ticket, ciphertext FROM sensitive_output WHERE ticket = ANY(?1)",
                        (Object) ids)) {
            var ticket = new Ticket(row.uuid(0));
            opened.put(ticket, values(box.open(row.bytes(1), context(ticket.value().toString()))));
        }
        return opened;
    }

    private static Map<String, String> values(byte[] json) {
        try {
            return StagecoachJson.mapper().readValue(json, VALUES);
        } catch (IOException e) {
            throw new IllegalStateException("what was sealed here is no map", e);
        }
    }

    /** Forgets those of a deployment. */
    public void forget(Tx tx, DeploymentId deployment) {
        tx.executeLater("DELETE FROM sensitive_output WHERE deployment = ?1", deployment.value());
    }

    @Produces
    @Singleton
    static SealedRows sealedRows() {
        return SealedRows.of(
                "sensitive output variables",
                "sensitive_output",
                "ciphertext",
                "ticket",
                SensitiveOutputs::context);
    }

    private static String context(String ticket) {
        return "outputs:" + ticket;
    }
}
