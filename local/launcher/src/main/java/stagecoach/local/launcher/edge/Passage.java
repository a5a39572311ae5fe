package stagecoach.local.launcher.edge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;

/**
 * A port that stands for several pods: each connection goes to one of them, byte for byte. What
 * services say to each other and what tentacles say is not looked into.
 */
final class Passage {
    private Passage() {}

    /**
     * Listens on 127.0.0.1.
     *
     * @param port 0 for any
     * @return the port; failed when it is taken
     */
    static Future<Integer> open(Vertx vertx, NetClient client, int port, Pods pods) {
        return vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1").setPort(port))
                .connectHandler(caller -> hand(caller, client, pods))
                .listen()
                .map(server -> server.actualPort());
    }

    private static void hand(NetSocket caller, NetClient client, Pods pods) {
        caller.pause();
        pods.connect(pod -> client.connect(pod.getPort(), pod.getHost()))
                .onSuccess(pod -> join(caller, pod))
                .onFailure(nobody -> caller.close());
    }

    /** When one side goes, the other one must learn it. */
    private static void join(NetSocket caller, NetSocket pod) {
        caller.pipeTo(pod).onComplete(done -> pod.close());
        pod.pipeTo(caller).onComplete(done -> caller.close());
    }
}
