package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.nio.file.Files;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.packages.PackageEvent.PackageDropped;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.CacheId;

/** A cache as it is shipped, on a disk that has room for two packages. */
@PackageServiceTest
class FullCacheTest {
    private static final CacheId FULL = new CacheId("full-1");
    private static final ServedBy BY_CACHE = new ServedBy(ServedBy.Kind.CACHE, Optional.of(FULL));
    private static final int SIZE = 3_000_000;

    @Inject UnitOfWork unitOfWork;

    @Test
    void a_full_cache_drops_what_nobody_needs_for_what_is_needed_now() throws Exception {
        var folder = Files.createTempDirectory("stagecoach-full-");
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 8);
                var cache =
                        CacheProcess.start(
                                "full-1", disk.root(), PackageServiceResource.grantPublicKey());
                var link = new Link(Http::port);
                var first = new Deployment();
                var open = new Deployment()) {
            Configured.region("full", true, 1);
            Configured.cache("full-1", "full", cache, link);
            Nupkg old = pushed();
            acquired(first, 2, old);
            first.end();
            untilNobodyNeeds(old);
            Nupkg needed = pushed();
            acquired(open, 2, needed);
            longAgo(old, needed);
            // The server has it for the release; a deployment that is under way comes first here.
            execute(
                    "INSERT INTO lease (holder, sha512) VALUES ('release:full:1.0.0', ?1)",
                    old.sha512().value());

            Nupkg fresh = pushed();
            assertThat(acquired(open, 3, fresh)).isEqualTo(fresh.bytes().length);

            assertThat(cache.file(old.sha512())).doesNotExist();
            assertThat(cache.file(needed.sha512())).as("a deployment needs it").exists();
            assertThat(dropped(old))
                    .satisfies(
                            event -> {
                                assertThat(event.cache()).isEqualTo(FULL);
                                assertThat(event.why()).isEqualTo(Why.DISK);
                                assertThat(event.reason()).contains("too little room");
                            });

            Nupkg tooMuch = pushed();
            open.start(
                    4,
                    false,
                    Deployment.nearest(tooMuch.pin(), Deployment.target("web-1", "full")));
            assertThat(open.event(4, ReplicationFailed.class).reason())
                    .contains(
                            "too little room",
                            "too little of what it holds can go: deployments that have not ended need it");
            assertThat(cache.file(needed.sha512())).exists();
            assertThat(cache.file(fresh.sha512())).exists();
            open.acquireAll(4, 1, new ServedBy(ServedBy.Kind.SERVER, Optional.empty()));
            open.ended(4);
            execute("DELETE FROM lease WHERE holder = ?1", "release:full:1.0.0");
        }
    }

    private static Nupkg pushed() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    private static long acquired(Deployment deployment, int run, Nupkg nupkg) {
        deployment.start(
                run, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "full")));
        long bytes = deployment.event(run, PackageReplicated.class).bytes();
        deployment.acquireAll(run, 1, BY_CACHE);
        deployment.ended(run);
        return bytes;
    }

    private void untilNobodyNeeds(Nupkg nupkg) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                OnVirtualThread.call(
                                        () ->
                                                unitOfWork.run(
                                                        tx ->
                                                                tx.rows(
                                                                                "SELECT 1, 0 FROM lease WHERE sha512 = ?1",
                                                                                nupkg.sha512()
                                                                                        .value())
                                                                        .isEmpty())));
    }

    private void longAgo(Nupkg... nupkgs) throws Exception {
        for (Nupkg nupkg : nupkgs) {
            execute(
                    "UPDATE replicated SET used_at = now() - interval '1 day' WHERE sha512 = ?1",
                    nupkg.sha512().value());
        }
    }

    private void execute(String sql, String value) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute(sql, value)));
    }

    private static PackageDropped dropped(Nupkg nupkg) throws Exception {
        try (var events = TestEvents.consume(Channels.PACKAGES)) {
            return (PackageDropped)
                    events.until(
                                    StreamId.of("package", nupkg.sha512().hex()),
                                    seen -> !seen.isEmpty())
                            .getLast()
                            .event(PackageEvent.class);
        }
    }
}
