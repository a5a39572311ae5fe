package stagecoach.contracts.internal;

import java.util.Map;
import stagecoach.vocabulary.identity.Ticket;

/**
 * agent-gateway → step-runner, {@code POST} to {@link #PATH}: what a script has set and nobody
 * shall see, kept sealed there before the end of its ticket is told in an event; repeatable.
 */
public final class KeepOutputs {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/sensitive-outputs";

    private KeepOutputs() {}

    /** The sensitive outputs of one ticket, by their names. */
    public record Request(Ticket ticket, Map<String, String> outputs) {
        /** Copies the outputs. */
        public Request {
            outputs = Map.copyOf(outputs);
        }

        /** Tells no value. */
        @Override
        public String toString() {
            return "Request[ticket=%s, outputs=%s]".formatted(ticket, outputs.keySet());
        }
    }

    /**
     * What became of them.
     *
     * @param kept false for a ticket that is not open any more: nobody will read them
     */
    public record Response(boolean kept) {}
}
