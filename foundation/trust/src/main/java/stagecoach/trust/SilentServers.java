package stagecoach.trust;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Remembers for a while which servers were silent, so that one that is away costs one short attempt
 * and not one for each question. It comes back by itself: when it answers, or the while is over. Of
 * the addresses of a name these are tried last, and all together are waited for no longer than two.
 */
public class SilentServers {
    /** So often the time for one address may be waited for all addresses of a name together. */
    private static final int WAITS = 2;

    /** More than anybody asks in a while. */
    private static final int REMEMBERED_MAX = 1000;

    private final long nanos;
    private final LongSupplier clock;
    private final Map<String, Long> silentSince = new ConcurrentHashMap<>();

    /**
     * None was silent yet.
     *
     * @param remembered how long one is
     * @param nanoTime a clock
     */
    public SilentServers(Duration remembered, LongSupplier nanoTime) {
        this.nanos = remembered.toNanos();
        this.clock = nanoTime;
    }

    /** Nobody could be reached at this URL. */
    public final void away(String url) {
        silentSince.values().removeIf(this::isPast);
        if (silentSince.size() < REMEMBERED_MAX || silentSince.containsKey(url)) {
            silentSince.put(url, clock.getAsLong());
        }
    }

    /** Somebody answered there. */
    public final void answered(String url) {
        silentSince.remove(url);
    }

    /** Whether nobody could be reached there a short while ago. */
    public final boolean isDown(String url) {
        Long since = silentSince.get(url);
        return since != null && !isPast(since);
    }

    private boolean isPast(long since) {
        return clock.getAsLong() - since > nanos;
    }

    /**
     * How long a connection to each of the addresses of a name may take to stand: each of those
     * that are waited for is to have time for an answer.
     *
     * @param connectMax the same where a name has one
     */
    public static Duration share(Duration connectMax, int addresses) {
        return addresses == 1
                ? connectMax
                : connectMax
                        .multipliedBy(WAITS)
                        .dividedBy(Math.min(addresses, ServerAddresses.SILENT_MAX));
    }

    /**
     * As {@link ServerAddresses#first}, the silent ones last.
     *
     * @param addresses those of {@link ServerAddresses#of}
     * @param asking lets a connection take its {@link #share} to stand
     * @throws IOException what the last one failed with, or one that refused
     */
    public final <R, X extends Exception> R first(
            List<URI> addresses, ServerAddresses.Asking<R, X> asking)
            throws X, IOException, InterruptedException {
        List<URI> inTurn =
                addresses.stream()
                        .sorted(Comparator.comparing(address -> isDown(server(address))))
                        .toList();
        return ServerAddresses.first(
                inTurn,
                address -> {
                    try {
                        R answer = asking.at(address);
                        answered(server(address));
                        return answer;
                    } catch (HttpConnectTimeoutException e) {
                        away(server(address));
                        throw e;
                    }
                });
    }

    /** The server of a URL: what is remembered by. */
    public static String server(URI address) {
        return address.getScheme() + "://" + address.getAuthority();
    }
}
