package stagecoach.local.launcher.edge;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;

/**
 * {@link Edge} as a process: {@code PORT SERVICE=URL[,URL] …} names every service with its pods,
 * and {@code PORT=URL@HEALTH_URL,…} a port that stands for several. Prints {@code READY edge
 * 127.0.0.1:PORT}; exits 1 with a sentence when the port is taken, 2 when called wrongly.
 */
public final class EdgeMain {
    private EdgeMain() {}

    /** See the class. */
    public static void main(String[] args) {
        Services services;
        int port;
        try {
            port = Integer.parseInt(args.length == 0 ? "" : args[0]);
            services = Services.parse(List.of(args).subList(1, args.length));
        } catch (IllegalArgumentException e) {
            System.err.println("usage: EdgeMain PORT SERVICE=URL[,URL] … [PORT=URL@URL,…] …");
            System.err.println("error: " + e.getMessage());
            System.exit(2);
            return;
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        Edge.start(vertx, port, services)
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
