package stagecoach.simulation.law;

import java.util.OptionalInt;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.run.Pair;
import stagecoach.vocabulary.identity.AgentId;

/** What really runs, or ran, at a machine under a ticket; nobody's tables are asked for it. */
final class Deed {
    final AgentCommand command;
    final AgentId agent;
    boolean atWork = true;
    OptionalInt exitCode = OptionalInt.empty();

    Deed(AgentCommand command, AgentId agent) {
        this.command = command;
        this.agent = agent;
    }

    boolean isStep() {
        return command.context().step().isPresent();
    }

    Pair pair() {
        return new Pair(command.context().step().orElseThrow(), command.context().target());
    }

    @Override
    public String toString() {
        return isStep()
                ? "%s (run %s)".formatted(pair(), command.context().run())
                : "the acquisition by %s (run %s)".formatted(agent, command.context().run());
    }
}
