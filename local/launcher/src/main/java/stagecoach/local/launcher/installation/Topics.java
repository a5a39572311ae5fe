package stagecoach.local.launcher.installation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import stagecoach.contracts.channel.Topic;

/** Creates what is not there yet; a topic that is there stays as it is. */
public final class Topics {
    private Topics() {}

    /** Creates those of {@code topics} that the broker at {@code bootstrap} lacks. */
    public static void create(String bootstrap, List<Topic> topics)
            throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            var created =
                    admin.createTopics(topics.stream().map(Topics::newTopic).toList()).values();
            for (Future<Void> each : created.values()) {
                awaitOne(each);
            }
        }
    }

    private static NewTopic newTopic(Topic topic) {
        return new NewTopic(topic.name(), topic.partitions(), (short) 1)
                .configs(
                        Map.of(
                                "retention.ms",
                                Long.toString(topic.retention().toMillis()),
                                "compression.type",
                                topic.compression()));
    }

    private static void awaitOne(Future<Void> created)
            throws ExecutionException, InterruptedException {
        try {
            created.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
