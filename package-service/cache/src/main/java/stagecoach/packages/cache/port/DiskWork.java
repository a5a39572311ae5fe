package stagecoach.packages.cache.port;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;

/** What touches the disk waits on no event loop. */
final class DiskWork {
    private static final Logger LOG = Logger.getLogger(DiskWork.class);

    private final Vertx vertx;

    DiskWork(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Does it, and answers on the request's event loop.
     *
     * @param work gives the answer that is to be made then
     */
    void elsewhere(HttpServerRequest request, Callable<Runnable> work) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        var _ =
                vertx.executeBlocking(work, false)
                        .onComplete(
                                done ->
                                        context.runOnContext(
                                                _ -> {
                                                    if (done.succeeded()) {
                                                        done.result().run();
                                                    } else {
                                                        failed(request, done.cause());
                                                    }
                                                }));
    }

    private static void failed(HttpServerRequest request, Throwable cause) {
        LOG.error("The packages that are held cannot be looked at.", cause);
        PortAnswers.problem(
                request.response(),
                500,
                "Internal error",
                "The cache failed: "
                        + (cause instanceof IOException ? cause.getMessage() : cause.toString()));
    }
}
