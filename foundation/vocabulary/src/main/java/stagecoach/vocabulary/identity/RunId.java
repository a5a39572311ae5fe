package stagecoach.vocabulary.identity;

/**
 * Which run of which deployment; its text {@code <deployment>-<run>} is the name of the streams
 * that tell of it.
 */
public record RunId(DeploymentId deployment, Run run) {
    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if it names no run of a deployment
     */
    public static RunId parse(String text) {
        int hyphen = text.lastIndexOf('-');
        try {
            return new RunId(
                    new DeploymentId(text.substring(0, Math.max(0, hyphen))),
                    new Run(Integer.parseInt(text.substring(hyphen + 1))));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" names no run of a deployment".formatted(text), e);
        }
    }

    @Override
    public String toString() {
        return deployment + "-" + run;
    }
}
