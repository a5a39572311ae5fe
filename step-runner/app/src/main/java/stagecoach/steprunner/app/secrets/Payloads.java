package stagecoach.steprunner.app.secrets;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** Payloads of open tickets, sealed from the moment that their step starts until it has ended. */
@ApplicationScoped
public class Payloads {
    private final SecretBox box;

    Payloads(SecretBox box) {
        this.box = box;
    }

    /**
     * Keeps the payload of a ticket and tells its name, a keyed digest. Two pods may decide the
     * same at the same time: who is second finds the first one's here, and loses when it appends.
     */
    public Digest keep(Tx tx, Ticket ticket, DeploymentId deployment, CommandPayload payload) {
        byte[] plain = StagecoachJson.bytes(payload);
        var digest = box.nameOf(plain, "payload");
        tx.executeLater(
                "INSERT INTO payload (ticket, deployment, digest, ciphertext) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ticket) DO NOTHING",
                ticket.value(),
                deployment.value(),
                digest.value(),
                box.seal(plain, context(ticket)));
        return digest;
    }

    /** The payloads of those tickets that are open. */
    public List<ReadPayloads.Entry> read(Tx tx, Collection<Ticket> tickets) {
        return tx
                .select(
                        "SELECT ticket, digest, ciphertext FROM payload WHERE ticket = ANY(?1)",
                        (Object) ids(tickets))
                .stream()
                .map(
                        row -> {
                            var ticket = new Ticket(row.uuid(0));
                            return new ReadPayloads.Entry(
                                    ticket,
                                    new Digest(row.text(1)),
                                    StagecoachJson.read(
                                            box.open(row.bytes(2), context(ticket)),
                                            CommandPayload.class));
                        })
                .toList();
    }

    /** Forgets the payloads of tickets that have ended. */
    public void forget(Tx tx, Collection<Ticket> tickets) {
        if (!tickets.isEmpty()) {
            tx.executeLater("DELETE FROM payload WHERE ticket = ANY(?1)", (Object) ids(tickets));
        }
    }

    /** Forgets whatever is left of a deployment. */
    public void forget(Tx tx, DeploymentId deployment) {
        tx.executeLater("DELETE FROM payload WHERE deployment = ?1", deployment.value());
    }

    private static UUID[] ids(Collection<Ticket> tickets) {
        return tickets.stream().map(Ticket::value).toArray(UUID[]::new);
    }

    @Produces
    @Singleton
    static SealedRows sealedRows() {
        return SealedRows.of(
                "payloads of open tickets", "payload", "ciphertext", "ticket", Payloads::context);
    }

    private static String context(Ticket ticket) {
        return context(ticket.value().toString());
    }

    private static String context(String ticket) {
        return "payload:" + ticket;
    }
}
