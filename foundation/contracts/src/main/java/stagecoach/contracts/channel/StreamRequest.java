package stagecoach.contracts.channel;

import java.util.List;

/**
 * What services ask of the owner of a stream, and what owners announce about streams that they have
 * deleted; travels on {@code stagecoach.requests}.
 */
public sealed interface StreamRequest {
    /**
     * Events of a stream did not arrive: its owner is asked to publish them again.
     *
     * @param stream its whole name, such as {@code deployment-7f3k9qzm}
     * @param from the first version that is missing
     * @param upTo the last version that is missing
     */
    record RepublishRequested(String stream, long from, long upTo) implements StreamRequest {}

    /**
     * Deployments are no longer kept: every service drops what it has of them, their streams and
     * what it has handled of them included, and handles nothing about them any more. Told again and
     * again for as long as their events may still be in a topic.
     *
     * @param deployments their ids
     */
    record DeploymentsRetired(List<String> deployments) implements StreamRequest {
        /** Copies the ids. */
        public DeploymentsRetired {
            deployments = List.copyOf(deployments);
        }
    }

    /**
     * Streams were deleted by their owner: who has handled events of them need not remember it.
     *
     * @param streams their whole names
     */
    record StreamsRetired(List<String> streams) implements StreamRequest {
        /** Copies the names. */
        public StreamsRetired {
            streams = List.copyOf(streams);
        }
    }

    /**
     * Some events of a stream are kept no longer, since later ones of it say all that they said:
     * whoever still waits for them goes on behind them. Told when somebody asks for them.
     *
     * @param stream its whole name
     * @param from the first version that is gone
     * @param upTo the last version that is gone
     */
    record EventsForgotten(String stream, long from, long upTo) implements StreamRequest {}
}
