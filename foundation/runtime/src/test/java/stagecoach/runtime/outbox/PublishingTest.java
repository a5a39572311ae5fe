package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.channel.Channels;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.store.NewEvent;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class PublishingTest {
    @Inject CommandHandler handler;
    @Inject Heard heard;

    @Test
    void what_is_appended_is_published_as_a_cloud_event_and_handled_by_who_listens() {
        var stream = StreamId.of("account", UUID.randomUUID());
        var cause = new Cause(Clock.systemUTC().instant(), "ann", Optional.of("ticket-1/2"));
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        handler.handle(ACCOUNTS, stream, new Deposit(7, "tell-a"), cause);
        handler.handle(ACCOUNTS, stream, new Deposit(8, "b"), cause);

        try (var topic = TestEvents.consume(AccountKind.TOPIC)) {
            var seen = topic.until(stream, s -> s.size() == 3);
            assertThat(seen).extracting(s -> s.envelope().version()).containsExactly(1L, 2L, 3L);
            assertThat(seen.get(1).event(AccountEvent.class))
                    .isEqualTo(new AccountEvent.Deposited(7, "tell-a"));
            assertThat(seen.get(1).key()).isEqualTo(stream.name());
            assertThat(seen.get(1).envelope().headers())
                    .containsEntry("ce_id", stream + "/2")
                    .containsEntry("ce_specversion", "1.0")
                    .containsEntry("ce_type", "stagecoach.Deposited.v1")
                    .containsEntry("ce_source", "toy")
                    .containsEntry("ce_subject", stream.value())
                    .containsEntry("ce_time", cause.at().toString())
                    .containsEntry("ce_streamversion", "2")
                    .containsEntry("ce_deploymentid", "7f3k9qzm")
                    .containsEntry("ce_project", "shop")
                    .containsEntry("ce_environment", "production")
                    .containsEntry("ce_run", "3")
                    .containsEntry("ce_causationid", "ticket-1/2")
                    .containsEntry("ce_actor", "ann")
                    .containsEntry("content-type", "application/json");
        }
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(heard.versions("toy-listener", stream))
                                        .isEqualTo(List.of(1L, 2L, 3L)));
    }

    @Test
    void the_largest_event_reaches_who_listens_whatever_is_in_it() {
        var stream = StreamId.of("account", UUID.randomUUID());
        var cause = Cause.of(Clock.systemUTC(), "ann");
        var bytes = new byte[(NewEvent.BYTES_MAX - 1024) * 3 / 4];
        new Random(7).nextBytes(bytes);
        String what = Base64.getEncoder().encodeToString(bytes);
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        handler.handle(ACCOUNTS, stream, new Deposit(7, what), cause);
        try (var topic = TestEvents.consume(AccountKind.TOPIC)) {
            assertThat(topic.until(stream, s -> s.size() == 2).get(1).event(AccountEvent.class))
                    .isEqualTo(new AccountEvent.Deposited(7, what));
        }
        assertThatThrownBy(
                        () -> handler.handle(ACCOUNTS, stream, new Deposit(7, what + what), cause))
                .hasMessageContaining("are the most");
    }

    @Test
    void the_commands_that_an_event_causes_are_published_behind_it_to_their_tentacles() {
        var stream = StreamId.of("account", UUID.randomUUID());
        var cause = Cause.of(Clock.systemUTC(), "ann");
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        handler.handle(ACCOUNTS, stream, new Deposit(7, "tell-a"), cause);
        try (var topic = TestEvents.consume(Channels.AGENT_COMMANDS)) {
            var seen = topic.until(stream, s -> s.size() == 2);
            assertThat(seen)
                    .extracting(s -> s.key() + " " + s.envelope().id())
                    .containsExactlyInAnyOrder(
                            "target:web-1 " + stream + "/2/1", "target:web-2 " + stream + "/2/2");
            assertThat(seen.getFirst().event(AgentCommand.class))
                    .isInstanceOf(AgentCommand.CancelCommand.class);
        }
    }

    @Test
    void a_channel_keeps_its_place_in_its_group_over_a_restart_of_the_process() throws Exception {
        try (var admin =
                Admin.create(
                        Map.of(
                                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                                ConfigProvider.getConfig()
                                        .getValue("kafka.bootstrap.servers", String.class)))) {
            // A service that has just started may still be joining.
            var members =
                    await().atMost(StagecoachResource.PATIENCE)
                            .ignoreExceptionsMatching(PublishingTest::isNotThereYet)
                            .until(
                                    () ->
                                            admin.describeConsumerGroups(List.of("toy-listener"))
                                                    .all()
                                                    .get()
                                                    .get("toy-listener")
                                                    .members(),
                                    joined -> !joined.isEmpty());
            assertThat(members)
                    .allSatisfy(member -> assertThat(member.groupInstanceId()).isPresent());
        }
    }

    private static boolean isNotThereYet(Throwable e) {
        return e.getCause() instanceof GroupIdNotFoundException;
    }
}
