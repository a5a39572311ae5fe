package stagecoach.packages.app.upstream;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.feeds.protocol.Feeds;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.feeds.transport.WayOut.InnerHosts;
import stagecoach.trust.ServerAddresses;

/** How feeds are reached from this server, as its environment says. */
class WayOutOfHere {
    /** Before anybody makes the first HTTP client of this process. */
    void allowHostHeader(@Observes @Priority(0) StartupEvent event) {
        ServerAddresses.allowHostHeader();
    }

    @Produces
    @Singleton
    Feeds feeds(WayOut way) {
        return new Feeds(FeedRules.USUAL, way);
    }

    @Produces
    @Dependent
    WayOut way(
            @ConfigProperty(name = "STAGECOACH_FEED_CERTIFICATES") Optional<String> certificates,
            @ConfigProperty(name = "STAGECOACH_FEED_PROXY") Optional<String> proxy,
            @ConfigProperty(name = "STAGECOACH_FEED_INNER_HOSTS") Optional<String> innerHosts) {
        return new WayOut(
                certificates.map(Path::of),
                proxy.map(URI::create),
                innerHosts.map(InnerHosts::parse).orElse(InnerHosts.NONE));
    }

    void close(@Disposes Feeds feeds) {
        feeds.close();
    }
}
