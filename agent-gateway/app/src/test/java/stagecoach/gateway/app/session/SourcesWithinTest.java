package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Scene;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

@GatewayTest
class SourcesWithinTest {
    private static final Source FOLDER =
            new Source.Folder(new CacheId("share-1"), "file:///mnt/share");
    private static final Source SERVER = new Source.Server();

    @Inject Scene scene;

    private static Ticket give(AgentId agent, Source... sources) {
        Ticket ticket = Scene.aTicket();
        Scene.give(Scene.acquire(agent, ticket, Sha512.hashOf(new byte[] {9}), 1, sources));
        return ticket;
    }

    private static List<Source> delivered(Connection connection, Ticket ticket) {
        Deliver deliver =
                connection.await(Deliver.class, given -> given.command().ticket().equals(ticket));
        return ((AcquirePackage) deliver.command()).sources();
    }

    @Test
    void a_tentacle_is_given_the_sources_that_it_knows_in_their_order() {
        AgentId old = Scene.anAgent();
        AgentId young = Scene.anAgent();
        Connection oldOne = scene.enrolled(old).connect(old);
        Connection youngOne =
                scene.enrolled(young).connect(young, List.of("sh", Source.FOLDER_CACHES));

        assertThat(delivered(oldOne, give(old, FOLDER, SERVER))).containsExactly(SERVER);
        assertThat(delivered(youngOne, give(young, FOLDER, SERVER)))
                .containsExactly(FOLDER, SERVER);
    }

    @Test
    void only_a_tentacle_that_reads_feeds_is_given_one_and_where_it_is() {
        AgentId old = Scene.anAgent();
        AgentId young = Scene.anAgent();
        Connection oldOne = scene.enrolled(old).connect(old, List.of("sh", Source.NUGET_CACHES));
        Connection youngOne = scene.enrolled(young).connect(young, List.of("sh", Source.FEEDS));
        Source feed = new Source.Feed(new FeedId("company"));

        Ticket toOld = give(old, feed, SERVER);
        assertThat(delivered(oldOne, toOld)).containsExactly(SERVER);
        assertThat(places(oldOne, toOld)).isEmpty();
        Ticket toYoung = give(young, feed, SERVER);
        assertThat(delivered(youngOne, toYoung)).containsExactly(feed, SERVER);
        assertThat(places(youngOne, toYoung))
                .containsExactly(
                        new FeedPlace(new FeedId("company"), "https://company.example/index.json"));
    }

    private static List<FeedPlace> places(Connection connection, Ticket ticket) {
        return connection
                .await(Deliver.class, given -> given.command().ticket().equals(ticket))
                .feeds();
    }

    @Test
    void an_acquisition_of_which_it_knows_no_source_is_refused_in_words() {
        AgentId old = Scene.anAgent();
        Connection connection = scene.enrolled(old).connect(old);

        Ticket ticket = give(old, FOLDER);

        CommandResult result =
                Scene.reportsOf(
                                ticket,
                                reports ->
                                        reports.stream().anyMatch(CommandEnded.class::isInstance))
                        .stream()
                        .filter(CommandEnded.class::isInstance)
                        .map(report -> ((CommandEnded) report).result())
                        .findFirst()
                        .orElseThrow();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason())
                .contains(
                        "The tentacle there (version test) is too old for the caches that hold the package. Update it, then retry.");
        assertThat(connection.heard(Deliver.class)).isEmpty();
    }
}
