package stagecoach.packages.feeds.protocol;

import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.trust.ServerAddresses;

/** Opens feeds; they share connections, threads, trust, proxy and mounts. */
public final class Feeds implements AutoCloseable {
    private final FeedRules rules;
    private final Mounts mounts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("feed-stall-watch").daemon().factory());
    private final NamedServers servers;

    /** With these rules, by this way out. */
    public Feeds(FeedRules rules, WayOut way) {
        this(rules, way, new Mounts());
    }

    /**
     * The same.
     *
     * @param mounts knows which folders keep whoever asks them
     */
    public Feeds(FeedRules rules, WayOut way, Mounts mounts) {
        this(rules, way, mounts, ServerAddresses.Resolver.SYSTEM);
    }

    /**
     * The same.
     *
     * @param resolver knows the addresses of names
     */
    Feeds(FeedRules rules, WayOut way, Mounts mounts, ServerAddresses.Resolver resolver) {
        this.rules = rules;
        this.mounts = mounts;
        this.servers = new NamedServers(way, rules.connectMax(), threads, resolver);
    }

    /** Whether the url of a {@code NUGET} feed is that of a service index, and not of v2. */
    public static boolean isV3(String url) {
        return url.toLowerCase(Locale.ROOT).endsWith(".json");
    }

    /**
     * The feed of these settings, which are taken to be right; it is not asked anything yet.
     *
     * @throws IllegalArgumentException if the url is none
     */
    public PackageFeed open(FeedSettings settings) {
        return switch (settings.kind()) {
            case FOLDER -> new FolderFeed(settings, rules, mounts);
            case NUGET -> {
                var http = new FeedHttp(settings, rules, servers, clock);
                yield isV3(settings.url())
                        ? new V3Feed(settings, rules, http, clock)
                        : new V2Feed(settings, rules, http, clock);
            }
        };
    }

    @Override
    public void close() {
        servers.close();
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
