package stagecoach.runtime.operation;

import io.vertx.core.Context;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import stagecoach.runtime.access.AccessFilter;
import stagecoach.runtime.access.Problem;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.wire.StagecoachJson;

/**
 * Shows what the framework tells of a service's operation, such as its metrics, to those only who
 * may read: they name pools, paths and how much each is used. Health is open, since what asks for
 * it has no key.
 */
@Singleton
class ClosedOperation {
    private static final String OPERATION = "/q";
    private static final String HEALTH = OPERATION + "/health";

    /** Before whatever the framework answers with. */
    private static final int ORDER = -1_000;

    private final AccessFilter access;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("operation-", 0).factory());

    ClosedOperation(AccessFilter access) {
        this.access = access;
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }

    /** The router reads an address once for all its routes, so that it is one however spelled. */
    void install(@Observes Router router) {
        router.route(OPERATION + "/*").order(ORDER).handler(this::check);
    }

    private void check(RoutingContext request) {
        String path = request.normalizedPath();
        if (path.equals(HEALTH) || path.startsWith(HEALTH + "/")) {
            request.next();
            return;
        }
        Context here = request.vertx().getOrCreateContext();
        threads.execute(
                () -> {
                    try {
                        Optional<Response> refusal =
                                access.refusalToRead(request.request()::getHeader);
                        here.runOnContext(
                                _ ->
                                        refusal.ifPresentOrElse(
                                                answer -> refuse(request, answer), request::next));
                    } catch (RuntimeException away) {
                        int status = away instanceof TemporaryFailure ? 503 : 500;
                        here.runOnContext(_ -> request.fail(status, away));
                    }
                });
    }

    private static void refuse(RoutingContext request, Response refusal) {
        MultivaluedMap<String, String> headers = refusal.getStringHeaders();
        Optional.ofNullable(headers.getFirst(HttpHeaders.WWW_AUTHENTICATE))
                .ifPresent(how -> request.response().putHeader(HttpHeaders.WWW_AUTHENTICATE, how));
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .setStatusCode(refusal.getStatus())
                .end(StagecoachJson.text(refusal.getEntity()));
    }
}
