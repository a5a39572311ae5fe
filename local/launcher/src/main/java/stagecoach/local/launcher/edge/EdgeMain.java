package stagecoach.local.launcher.edge;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link Edge} as a process: {@code PORT SERVICE=URL[,URL] …} names every service with its pods,
 * {@code PORT=URL@HEALTH_URL,…} a port that stands for several, {@code --listen=ADDRESS} where
 * other computers come in, and {@code --behind-proxy=ADDRESS} who stands before it. Prints {@code
 * READY edge 127.0.0.1:PORT}; exits 1 with a sentence when the port is taken, 2 when called
 * wrongly.
 */
public final class EdgeMain {
    private EdgeMain() {}

    /** See the class. */
    public static void main(String[] args) {
        Services services;
        Entrance entrance;
        try {
            var arguments = new ArrayList<>(List.of(args));
            entrance = Entrance.taken(arguments);
            services = Services.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(
                    "usage: EdgeMain PORT [--listen=ADDRESS] [--behind-proxy=ADDRESS] SERVICE=URL[,URL] … [PORT=URL@URL,…] …");
            System.err.println("error: " + e.getMessage());
            System.exit(2);
            return;
        }
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        Edge.start(vertx, entrance, services)
                .onSuccess(at -> System.out.printf("READY edge 127.0.0.1:%d%n", at))
                .onFailure(
                        cause -> {
                            System.err.printf(
                                    "error: the base URL cannot listen on port %d of %s: %s. Stop what uses it, or choose another port or address.%n",
                                    entrance.port(),
                                    String.join(" and ", entrance.hosts()),
                                    cause.getMessage());
                            System.exit(1);
                        });
    }
}
