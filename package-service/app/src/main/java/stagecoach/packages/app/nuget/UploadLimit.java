package stagecoach.packages.app.nuget;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.internal.KeepArtifact;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.runtime.access.Problem;
import stagecoach.runtime.access.Problems;
import stagecoach.wire.StagecoachJson;

/**
 * Only pushes and collected files may be large: every other body must fit into memory many times.
 */
@Singleton
class UploadLimit {
    static final long OTHERS_MAX = 1L << 20;

    static final String TOO_LARGE =
            "A request has at most %d bytes, unless it pushes a package.".formatted(OTHERS_MAX);

    /** Of a body that tells no length: {@link UnlengthedBodies} counts what of it is used. */
    private static final long UNLENGTHED_MAX = 2 * OTHERS_MAX + Upload.DRAINED_MAX;

    private static final String PUSH = "/nuget/v3/" + ServiceIndex.PUBLISH_PATH;

    private final Problems problems;

    UploadLimit(Problems problems) {
        this.problems = problems;
    }

    void install(@Observes Router router) {
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT + 1).handler(this::check);
    }

    private Object tooLarge() {
        return problems.response(413, "too-large", TOO_LARGE).getEntity();
    }

    static boolean mayBeLarge(RoutingContext context) {
        String path = context.normalizedPath();
        return context.request().method().equals(HttpMethod.PUT)
                && (path.startsWith(KeepArtifact.PATH + "/")
                        || path.equals(PUSH)
                        || path.equals(PUSH + "/")
                        || path.equals(NuGetV2Resource.PATH)
                        || path.startsWith(NuGetV2Resource.PATH + "/"));
    }

    static boolean isUnlengthed(HttpServerRequest request) {
        return request.getHeader("Transfer-Encoding") != null
                && request.getHeader("Content-Length") == null;
    }

    private void check(RoutingContext context) {
        if (!mayBeLarge(context)) {
            @Nullable String length = context.request().getHeader("Content-Length");
            if (length != null && Long.parseLong(length) > OTHERS_MAX) {
                context.response()
                        .putHeader("Connection", "close")
                        .putHeader("Content-Type", Problem.MEDIA_TYPE)
                        .setStatusCode(413)
                        .end(StagecoachJson.text(tooLarge()));
                return;
            }
            context.put(
                    VertxHttpRecorder.MAX_REQUEST_SIZE_KEY,
                    isUnlengthed(context.request()) ? UNLENGTHED_MAX : OTHERS_MAX);
        }
        context.next();
    }
}
