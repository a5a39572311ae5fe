package stagecoach.orchestrator.app.page;

import io.quarkus.qute.TemplateInstance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;

/**
 * Makes answers of drawn pages: never kept by a browser or a proxy, shown in nobody else's frame,
 * and with nothing in them that is not from here.
 */
@Singleton
public class PageAnswers {
    /** No style, script or form but ours; nothing that stands in a page itself is run. */
    private static final String POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /** The answer that shows a page. */
    public ResponseBuilder of(int status, TemplateInstance page) {
        return Response.status(status)
                .type("text/html; charset=UTF-8")
                .entity(page.render())
                .header("Content-Security-Policy", POLICY)
                .header("X-Frame-Options", "DENY")
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "same-origin")
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
