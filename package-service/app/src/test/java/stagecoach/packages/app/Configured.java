package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Optional;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.TransferBudget;

/** Configures regions and caches as people do. */
final class Configured {
    private Configured() {}

    /** Says that a region exists, and returns when that is known. */
    static void region(String id, boolean serverFallback, long revision) {
        region(id, serverFallback, TransferBudget.NONE, revision);
    }

    /** Says so too, with what may enter it at once. */
    static void region(String id, boolean serverFallback, TransferBudget budget, long revision) {
        TestEvents.publish(
                Channels.CONFIGURATION,
                StreamId.of("config", "region:" + id),
                revision,
                new ConfigurationChanged(
                        Kind.REGION,
                        id,
                        revision,
                        Optional.of(
                                new ConfigurationDocument.Region(
                                        new RegionId(id),
                                        id,
                                        serverFallback,
                                        Optional.of(budget)))),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                Http.put(
                                                        "/api/v1/caches/probe?dryRun=true",
                                                        body(
                                                                id,
                                                                "https://a",
                                                                "http://b",
                                                                "ab".repeat(32)))
                                                .statusCode()
                                        == 200);
    }

    static String body(String region, String url, String pullUrl, String thumbprint) {
        return """
               {"kind":"STAGECOACH","region":"%s","url":"%s","pullUrl":"%s","thumbprint":"%s"}
               """
                .formatted(region, url, pullUrl, thumbprint);
    }

    /** Configures a cache. */
    static void cache(String id, String region, CacheProcess cache, Link link) throws Exception {
        var response =
                Http.put(
                        "/api/v1/caches/" + id,
                        body(region, cache.url(), link.url(), cache.thumbprint().value()));
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
    }
}
