package stagecoach.local.launcher.edge;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;

/**
 * {@link Edge} as a process: {@code PORT ORCHESTRATOR_URL PACKAGE_SERVICE_URL AGENT_GATEWAY_URL
 * STEP_RUNNER_URL}. Prints {@code READY edge 127.0.0.1:PORT}; exits 1 with a sentence when the port
 * is taken, 2 when called wrongly.
 */
public final class EdgeMain {
    private EdgeMain() {}

    /** See the class. */
    public static void main(String[] args) {
        if (args.length != 5) {
            System.err.println(
                    "usage: EdgeMain PORT ORCHESTRATOR_URL PACKAGE_SERVICE_URL AGENT_GATEWAY_URL STEP_RUNNER_URL");
            System.exit(2);
            return;
        }
        int port = Integer.parseInt(args[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        Edge.start(
                        vertx,
                        port,
                        URI.create(args[1]),
                        URI.create(args[2]),
                        URI.create(args[3]),
                        URI.create(args[4]))
                .onSuccess(at -> System.out.printf("READY edge 127.0.0.1:%d%n", at))
                .onFailure(
                        cause -> {
                            System.err.printf(
                                    "error: the base URL cannot listen on port %d of 127.0.0.1: %s. Stop what uses it, or choose another port.%n",
                                    port, cause.getMessage());
                            System.exit(1);
                        });
    }
}
