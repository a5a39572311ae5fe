package stagecoach.gateway.app.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import jakarta.inject.Inject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Scene;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

@GatewayTest
class BytesLoopsTest {
    @Inject Scene scene;
    @Inject BytesPort port;
    @Inject BytesConfig config;

    @Test
    void commands_go_their_way_while_every_event_loop_of_the_bytes_is_at_work() throws Exception {
        var atWork = new CountDownLatch(config.acceptors());
        var over = new CountDownLatch(1);
        // Each has an event loop of its own.
        port.loops()
                .deployVerticle(
                        () ->
                                new AbstractVerticle() {
                                    @Override
                                    public void start() {
                                        atWork.countDown();
                                        awaitQuietly(over);
                                    }
                                },
                        new DeploymentOptions().setInstances(config.acceptors()));
        assertThat(atWork.await(2, TimeUnit.MINUTES)).isTrue();
        try {
            AgentId agent = Scene.anAgent();
            Connection session = scene.enrolled(agent).connect(agent);
            Ticket ticket = Scene.aTicket();
            Scene.give(
                    Scene.acquire(
                            agent,
                            ticket,
                            Sha512.hashOf(new byte[] {8, 1}),
                            3,
                            new Source.Server()));
            session.await(Deliver.class);
            session.say(new Ended(ticket, Scene.exited(0)));
            session.await(Complete.class);
        } finally {
            assertThat(over.getCount()).as("they are still at work").isOne();
            over.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
