package stagecoach.gateway.command;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.vocabulary.identity.ArtifactName;

/**
 * Keeps a tentacle's result small enough for an event: what cannot be kept is never passed off as a
 * success.
 */
public final class ResultBounds {
    /** Most bytes of all output variables together, names and values in UTF-8. */
    public static final int OUTPUTS_MAX_BYTES = 256 * 1024;

    /** Most characters of a reason. */
    public static final int REASON_MAX_CHARS = 4_000;

    private ResultBounds() {}

    /**
     * The result itself, or what can be told of one that is too large. It names the sensitive
     * outputs that came with it, and no others.
     */
    public static CommandResult within(CommandResult result, Map<String, String> secrets) {
        Optional<String> reason = result.reason().map(ResultBounds::cut);
        List<Artifact> artifacts = harmless(result.artifacts());
        long bytes = 0;
        for (var outputs : List.of(result.outputs(), secrets)) {
            for (var output : outputs.entrySet()) {
                bytes += lengthOf(output.getKey()) + lengthOf(output.getValue());
            }
        }
        if (bytes <= OUTPUTS_MAX_BYTES) {
            return result.withReason(reason)
                    .withSensitiveOutputs(
                            result.sensitiveOutputs().stream()
                                    .filter(secrets::containsKey)
                                    .toList())
                    .withArtifacts(artifacts);
        }
        return new CommandResult(
                        result.outcome() == CommandOutcome.EXITED
                                ? CommandOutcome.UNKNOWN
                                : result.outcome(),
                        result.exitCode(),
                        Map.of(),
                        Optional.of(
                                "Its output variables have %d bytes together, more than the %d that can be kept; write less into them. %s"
                                        .formatted(bytes, OUTPUTS_MAX_BYTES, reason.orElse(""))
                                        .strip()),
                        result.mayStillRun(),
                        result.acquisition())
                .withArtifacts(artifacts);
    }

    /** No more than a tentacle may collect, each with a name that is no more than a name. */
    private static List<Artifact> harmless(List<Artifact> said) {
        return said.stream()
                .filter(artifact -> artifact.size() >= 0 && artifact.size() <= Artifact.BYTES_MAX)
                .limit(Artifact.COUNT_MAX)
                .map(
                        artifact ->
                                new Artifact(
                                        ArtifactName.of(artifact.name()),
                                        artifact.size(),
                                        artifact.sha256()))
                .toList();
    }

    private static String cut(String reason) {
        return reason.length() <= REASON_MAX_CHARS
                ? reason
                : reason.substring(0, REASON_MAX_CHARS) + " …";
    }

    private static int lengthOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
