package stagecoach.contracts.channel;

/** What services ask of whoever owns a stream; travels on {@code stagecoach.requests}. */
public sealed interface StreamRequest {
    /**
     * Events of a stream did not arrive: its owner is asked to publish them again.
     *
     * @param stream its whole name, such as {@code deployment-7f3k9qzm}
     * @param from the first version that is missing
     * @param upTo the last version that is missing
     */
    record RepublishRequested(String stream, long from, long upTo) implements StreamRequest {}
}
