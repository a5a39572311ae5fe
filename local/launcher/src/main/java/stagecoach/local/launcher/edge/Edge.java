package stagecoach.local.launcher.edge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.httpproxy.Body;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Hands each request to the service that owns its path, and streams both ways: uploads of any size
 * and event streams of any length. Who may do what is the services' to say.
 */
public final class Edge {
    private static final int CONNECT_MILLIS_MAX = 2_000;

    /** Every open event stream holds one. */
    private static final int CONNECTIONS_MAX = 2_000;

    private final Vertx vertx;
    private final Entrance entrance;
    private final Services services;
    private final HttpClient client;
    private final Map<Route, Pods> pods = new EnumMap<>(Route.class);

    private Edge(Vertx vertx, Entrance entrance, Services services) {
        this.vertx = vertx;
        this.entrance = entrance;
        this.services = services;
        this.client =
                vertx.createHttpClient(
                        new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS_MAX),
                        new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX));
        for (Route route : Route.values()) {
            if (route != Route.NOWHERE) {
                pods.put(route, Pods.watched(vertx, client, services.of(route)));
            }
        }
    }

    /**
     * Listens, at the entrance and at the passages.
     *
     * @return the port of the entrance; failed when one is taken
     */
    static Future<Integer> start(Vertx vertx, Entrance entrance, Services services) {
        var edge = new Edge(vertx, entrance, services);
        return edge.openPassages().compose(open -> edge.listen());
    }

    private Future<?> openPassages() {
        NetClient net =
                vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS_MAX));
        return Future.all(
                services.passages().stream()
                        .map(
                                each ->
                                        Passage.open(
                                                vertx,
                                                net,
                                                each.port(),
                                                Pods.watched(vertx, client, each.pods())))
                        .toList());
    }

    /** At the same port of each address. */
    private Future<Integer> listen() {
        Future<Integer> port = Future.succeededFuture(entrance.port());
        for (String host : entrance.hosts()) {
            port = port.compose(at -> listen(host, at));
        }
        return port;
    }

    private Future<Integer> listen(String host, int port) {
        HttpProxy proxy =
                HttpProxy.reverseProxy(new ProxyOptions().setSupportWebSocket(false), client)
                        .origin(context -> connect(context))
                        .addInterceptor(new Manners(entrance));
        return vertx.createHttpServer(
                        new HttpServerOptions()
                                .setHost(host)
                                .setPort(port)
                                // Over HTTP/2 the proxy library leaves a request without any
                                // answer when the service dies under it.
                                .setHttp2ClearTextEnabled(false)
                                .setHandle100ContinueAutomatically(true))
                .requestHandler(proxy)
                .listen()
                .map(server -> server.actualPort());
    }

    private Future<HttpClientRequest> connect(ProxyContext context) {
        HttpServerRequest request = context.request().proxiedRequest();
        return Optional.ofNullable(pods.get(Route.of(path(request))))
                .orElseThrow(() -> new IllegalStateException("this path leads nowhere"))
                .connect(
                        pod ->
                                client.request(
                                        new RequestOptions()
                                                .setHost(pod.getHost())
                                                .setPort(pod.getPort())));
    }

    private static String path(HttpServerRequest request) {
        String uri = request.uri();
        int end = uri.indexOf('?');
        return end < 0 ? uri : uri.substring(0, end);
    }

    /**
     * What the proxy library leaves open: forwarding headers, closed paths, services that are away.
     */
    private record Manners(Entrance entrance) implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            HttpServerRequest request = context.request().proxiedRequest();
            Route route = Route.of(path(request));
            if (route == Route.NOWHERE) {
                return Future.succeededFuture(
                        problem(context, 404, "Not found", "there is nothing at this path"));
            }
            entrance.tell(request, context.request().headers());
            // It has been answered here.
            context.request().headers().remove("Expect");
            return context.sendRequest()
                    .recover(
                            cause ->
                                    Future.succeededFuture(
                                            problem(
                                                    context,
                                                    502,
                                                    "Bad gateway",
                                                    "the %s does not answer; it may be starting. Try again, or ask ./stagecoach status"
                                                            .formatted(route.service()))));
        }

        private static ProxyResponse problem(
                ProxyContext context, int status, String title, String detail) {
            JsonObject body =
                    new JsonObject()
                            .put("type", "about:blank")
                            .put("title", title)
                            .put("status", status)
                            .put("detail", detail);
            return context.request()
                    .release()
                    .response()
                    .setStatusCode(status)
                    .putHeader("Content-Type", "application/problem+json")
                    .setBody(Body.body(Buffer.buffer(body.encode())));
        }
    }
}
