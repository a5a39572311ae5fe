package stagecoach.packages.feeds.protocol;

import java.net.http.HttpClient;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;

/** Opens feeds; they share connections, threads, trust and proxy. */
public final class Feeds implements AutoCloseable {
    private final FeedRules rules;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("feed-stall-watch").daemon().factory());
    private final HttpClient client;

    /** With these rules, by this way out. */
    public Feeds(FeedRules rules, WayOut way) {
        this.rules = rules;
        this.client =
                way.applied(
                                HttpClient.newBuilder()
                                        .version(HttpClient.Version.HTTP_1_1)
                                        .followRedirects(HttpClient.Redirect.NEVER)
                                        .connectTimeout(rules.connectMax())
                                        .executor(threads))
                        .build();
    }

    /**
     * The feed of these settings, which are taken to be right; it is not asked anything yet.
     *
     * @throws IllegalArgumentException if the url is none
     */
    public PackageFeed open(FeedSettings settings) {
        return switch (settings.kind()) {
            case FOLDER -> new FolderFeed(settings, rules);
            case NUGET -> {
                var http = new FeedHttp(settings, rules, client, clock);
                yield settings.url().toLowerCase(Locale.ROOT).endsWith(".json")
                        ? new V3Feed(settings, rules, http, clock)
                        : new V2Feed(settings, rules, http, clock);
            }
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
