package stagecoach.local.launcher.edge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The pods of one service: hands each connection to the next of those that say they are ready, and
 * to another one when a pod does not take it.
 */
final class Pods {
    private static final long PROBE_EVERY_MILLIS = 500;
    private static final long PROBE_MILLIS_MAX = 3_000;

    /** So many times in a row it must have been asked in vain: a busy pod is a pod. */
    private static final int MISSES_MAX = 2;

    private final List<Pod> pods;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Pod> away = ConcurrentHashMap.newKeySet();

    /**
     * One process.
     *
     * @param address where it takes what is to be handed out
     * @param health where it says whether it is ready
     */
    record Pod(URI address, URI health) {}

    private Pods(List<Pod> pods) {
        this.pods = List.copyOf(pods);
    }

    /** Some pods; where there is only one, nobody is asked whether it is ready. */
    static Pods watched(Vertx vertx, HttpClient client, List<Pod> pods) {
        var watched = new Pods(pods);
        if (pods.size() > 1) {
            pods.forEach(pod -> watched.watch(vertx, client, pod, 0));
        }
        return watched;
    }

    private void watch(Vertx vertx, HttpClient client, Pod pod, int misses) {
        isReady(client, pod)
                .onComplete(
                        asked -> {
                            boolean ready = asked.succeeded() && asked.result();
                            int missed = ready ? 0 : misses + 1;
                            if (ready) {
                                away.remove(pod);
                            } else if (missed >= MISSES_MAX) {
                                away.add(pod);
                            }
                            vertx.setTimer(
                                    PROBE_EVERY_MILLIS, timer -> watch(vertx, client, pod, missed));
                        });
    }

    private static Future<Boolean> isReady(HttpClient client, Pod pod) {
        return client.request(
                        new RequestOptions()
                                .setMethod(HttpMethod.GET)
                                .setHost(pod.health().getHost())
                                .setPort(pod.health().getPort())
                                .setURI(pod.health().getPath())
                                .setTimeout(PROBE_MILLIS_MAX))
                .compose(request -> request.send())
                .compose(response -> response.end().map(response.statusCode() < 300));
    }

    /**
     * What {@code connect} gives for the first pod that takes it; failed like the last one when
     * none does.
     */
    <T> Future<T> connect(Function<URI, Future<T>> connect) {
        List<URI> order = order();
        Future<T> tried = connect.apply(order.getFirst());
        for (URI next : order.subList(1, order.size())) {
            tried = tried.recover(refused -> connect.apply(next));
        }
        return tried;
    }

    /** The ready ones, beginning with the one whose turn it is; the others behind them. */
    private List<URI> order() {
        int first = Math.floorMod(turn.getAndIncrement(), pods.size());
        var ready = new ArrayList<URI>();
        var others = new ArrayList<URI>();
        for (int i = 0; i < pods.size(); i++) {
            Pod pod = pods.get((first + i) % pods.size());
            (away.contains(pod) ? others : ready).add(pod.address());
        }
        ready.addAll(others);
        return ready;
    }
}
