package stagecoach.gateway.command;

import java.util.Optional;
import stagecoach.contracts.agent.CommandContext;

/** What has been reported of a ticket: the state of its stream. */
public sealed interface Reported {
    /** What the ticket is part of, once anything was reported. */
    Optional<CommandContext> context();

    /** Nothing. */
    record Nothing() implements Reported {
        @Override
        public Optional<CommandContext> context() {
            return Optional.empty();
        }
    }

    /** That it has begun. */
    record Begun(CommandContext of) implements Reported {
        @Override
        public Optional<CommandContext> context() {
            return Optional.of(of);
        }
    }

    /**
     * That it has ended.
     *
     * @param truthOpen whether it was given up, and how it really ended is not known yet
     */
    record Over(CommandContext of, boolean truthOpen) implements Reported {
        @Override
        public Optional<CommandContext> context() {
            return Optional.of(of);
        }
    }
}
