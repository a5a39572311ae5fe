package stagecoach.contracts.internal;

import java.util.List;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;

/**
 * agent-gateway → step-runner, {@code POST} to {@link #PATH}: payloads of tickets about to be
 * delivered.
 */
public final class ReadPayloads {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/payloads";

    private ReadPayloads() {}

    /** Up to 100 tickets. */
    public record Request(List<Ticket> tickets) {
        /** Copies the list. */
        public Request {
            tickets = List.copyOf(tickets);
        }
    }

    /** What was found; a ticket whose work has ended is left out. */
    public record Response(List<Entry> payloads) {
        /** Copies the list. */
        public Response {
            payloads = List.copyOf(payloads);
        }
    }

    /** One payload; a redelivery has the {@code digest} of the first one. */
    public record Entry(Ticket ticket, Digest digest, CommandPayload payload) {}
}
