package stagecoach.orchestrator.app.progress;

import stagecoach.decider.StreamId;

/**
 * Which run of which deployment a stream of the step-runner or the package-service tells of.
 *
 * @param run its number
 */
public record RunOf(String deployment, int run) {
    /**
     * Reads {@code <kind>-<deployment>-<run>}.
     *
     * @throws IllegalStateException if it is no such stream
     */
    public static RunOf stream(StreamId stream) {
        String name = stream.name();
        int hyphen = name.lastIndexOf('-');
        try {
            return new RunOf(
                    name.substring(0, hyphen), Integer.parseInt(name.substring(hyphen + 1)));
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            throw new IllegalStateException(stream + " names no run of a deployment", e);
        }
    }
}
