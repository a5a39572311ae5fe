package stagecoach.contracts.agent;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * What travels on {@code stagecoach.logs}, keyed by deployment: not history, kept for a while only.
 */
public sealed interface LogEntry {
    /** The deployment it belongs to. */
    DeploymentId deployment();

    /**
     * A numbered piece of a command's output, at most 32 KiB; the pair (ticket, chunk) is its
     * identity.
     *
     * @param chunk from 1 without gaps per ticket
     */
    record Output(
            Ticket ticket,
            AgentId agent,
            CommandContext context,
            long chunk,
            List<OutputLine> lines)
            implements LogEntry {
        /** Copies the lines. */
        public Output {
            lines = List.copyOf(lines);
        }

        @Override
        public DeploymentId deployment() {
            return context.deployment();
        }
    }

    /** How far a package has come, towards a target or into a cache. */
    record TransferProgress(
            DeploymentId deployment,
            PackagePin pin,
            Optional<TargetId> target,
            Optional<CacheId> cache,
            long bytes)
            implements LogEntry {}
}
