package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupResult;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.runtime.channel.Admins;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * The processes that share the commands of {@code stagecoach.agent-commands}: the members of one
 * consumer group of Kafka. Who of them is dead is for others to know.
 */
@Singleton
public class CommandReaders {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(3);

    private final KafkaConnection kafka;
    private final String group;

    CommandReaders(
            KafkaConnection kafka,
            @ConfigProperty(name = "mp.messaging.incoming.agent-commands.group.id") String group) {
        this.kafka = kafka;
        this.group = group;
    }

    /**
     * Ends the turn of some members at once, so that the others read on where they stopped. One
     * that lives after all joins again by itself; what it was handling may be handled twice, which
     * has no effect.
     *
     * @param members what they are called (group.instance.id); whoever is no member is passed over
     * @throws TemporaryFailure if Kafka does not do it now
     */
    public void remove(Set<String> members) {
        List<MemberToRemove> removed = members.stream().map(MemberToRemove::new).toList();
        var options = new RemoveMembersFromConsumerGroupOptions(removed);
        options.reason("its gateway process has not said for a while that it lives");
        try (Admin admin = Admins.open(kafka, "command-readers", ANSWER_MAX)) {
            RemoveMembersFromConsumerGroupResult result =
                    admin.removeMembersFromConsumerGroup(group, options);
            for (MemberToRemove member : removed) {
                await(result, member);
            }
        } catch (KafkaException e) {
            throw new TemporaryFailure("Kafka cannot be asked to give a reader's part away.", e);
        }
    }

    private static void await(RemoveMembersFromConsumerGroupResult result, MemberToRemove member) {
        try {
            result.memberResult(member).get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownMemberIdException
                    || e.getCause() instanceof GroupIdNotFoundException)) {
                throw new TemporaryFailure(
                        "Kafka did not give away the part of %s."
                                .formatted(member.groupInstanceId()),
                        e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TemporaryFailure("Nobody waits for Kafka any more.", e);
        }
    }
}
