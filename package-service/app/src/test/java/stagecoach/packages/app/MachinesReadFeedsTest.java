package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.wire.StagecoachJson;

/** Packages that machines get from a feed outside themselves, as far as this service decides it. */
@PackageServiceTest
class MachinesReadFeedsTest {
    private static int count;

    @Inject ServiceToken tokens;
    @Inject FolderBlobStore blobs;

    private final Deployment deployment = new Deployment();
    private FeedOutside outside;
    private FeedId feed;
    private Packages.Nupkg nupkg;

    @BeforeEach
    void a_package_of_a_feed_outside_is_in_a_release() throws Exception {
        outside = new FeedOutside();
        outside.open = true;
        feed = new FeedId("read-by-machines-" + ++count);
        nupkg = Packages.of("Machines." + Packages.freshId(), "1.0.0", 100_000);
        outside.hold(nupkg.pin(), nupkg.bytes(), "Machines.Core");
        Configured.region("shore", true, 1);
        configure(true);
        var wanted = new Wanted(feed, nupkg.pin().id(), Optional.of(new VersionRange("1.0.0")));
        var answer =
                post(
                        "/internal/pins",
                        new PinPackages.Request("release:shop:" + feed, List.of(wanted)),
                        PinPackages.Response.class);
        assertThat(answer.answers().getFirst().pin()).contains(nupkg.pin());
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        outside.close();
    }

    private String index() {
        return "http://127.0.0.1:%d/v3/index.json".formatted(outside.port());
    }

    private void configure(boolean machinesRead) throws Exception {
        var made =
                Http.put(
                        "/api/v1/feeds/" + feed,
                        "{\"kind\":\"NUGET\",\"url\":\"%s\",\"machinesRead\":%s}"
                                .formatted(index(), machinesRead));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
    }

    private <R> R post(String path, Object body, Class<R> answer) throws Exception {
        var response =
                Http.send(
                        Http.request(path)
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(StagecoachJson.bytes(body))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), answer);
    }

    private PackageNeed need() {
        return Deployment.need(
                feed,
                nupkg.pin(),
                AcquisitionLocation.EXECUTION_TARGET,
                Deployment.target("shore-1", "shore"));
    }

    private List<FeedPlace> places() throws Exception {
        return post(
                        "/internal/grants",
                        new MintGrants.Request(
                                nupkg.sha512(),
                                "ab".repeat(32),
                                List.of(),
                                Optional.empty(),
                                List.of(feed, FeedId.BUILT_IN)),
                        MintGrants.Response.class)
                .feeds();
    }

    @Test
    void a_machine_is_sent_to_the_feed_as_was_foretold_and_no_event_says_where_that_is()
            throws Exception {
        long size = nupkg.bytes().length;
        var foreseen =
                post(
                        "/internal/foresights",
                        new ForeseeAcquisition.Request(List.of(need()), false),
                        ForeseeAcquisition.Response.class);
        assertThat(foreseen.links())
                .containsExactly(
                        new ForeseeAcquisition.Link("feed:" + feed, Optional.of("shore"), size));
        assertThat(foreseen.targets().getFirst().path()).containsExactly("FEED:" + feed, "SERVER");

        deployment.start(2, false, need());
        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();
        assertThat(told.sources()).containsExactly(new Source.Feed(feed), new Source.Server());
        assertThat(places()).containsExactly(new FeedPlace(feed, index()));
        deployment.report(told, new AcquisitionResult(ServedBy.feed(feed), size, 0, 1, List.of()));

        assertThat(deployment.event(2, TargetAcquired.class).servedBy())
                .isEqualTo(ServedBy.feed(feed));
        deployment.ended(2);
        for (AcquisitionEvent event : deployment.events(2, _ -> true)) {
            assertThat(StagecoachJson.text(event)).doesNotContain("127.0.0.1:" + outside.port());
        }
    }

    @Test
    void what_the_server_has_lost_comes_from_the_feed_again_as_was_foretold_and_is_counted()
            throws Exception {
        configure(false);
        blobs.delete(nupkg.sha512());
        long size = nupkg.bytes().length;
        long before = outside.bytesGiven();
        var foreseen =
                post(
                        "/internal/foresights",
                        new ForeseeAcquisition.Request(List.of(need()), false),
                        ForeseeAcquisition.Response.class);

        deployment.start(2, false, need());
        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();

        assertThat(told.sources()).containsExactly(new Source.Server());
        assertThat(deployment.event(2, PackageStored.class))
                .isEqualTo(new PackageStored(nupkg.pin(), feed, size, 1));
        assertThat(outside.bytesGiven() - before).isEqualTo(size);
        assertThat(foreseen.links())
                .containsExactlyInAnyOrder(
                        new ForeseeAcquisition.Link("feed:" + feed, Optional.of("server"), size),
                        new ForeseeAcquisition.Link("server", Optional.of("shore"), size));
    }

    @Test
    void a_feed_that_machines_may_no_longer_read_is_no_source_and_its_place_is_told_to_none()
            throws Exception {
        configure(false);

        deployment.start(2, false, need());

        var told = (AcquirePackage) deployment.commands(2, 1).getFirst();
        assertThat(told.sources()).containsExactly(new Source.Server());
        assertThat(places()).isEmpty();
    }
}
