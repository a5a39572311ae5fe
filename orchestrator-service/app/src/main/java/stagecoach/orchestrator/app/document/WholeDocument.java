package stagecoach.orchestrator.app.document;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves the one document of the API of all services, as it is committed in {@code docs}; each
 * service knows only its own part. Anybody may read it.
 */
@Singleton
public class WholeDocument {
    private static final String PATH = "/api/openapi";
    private static final String RESOURCE = "/docs/openapi.yaml";

    private final String yaml;
    private final String json;

    WholeDocument(ObjectMapper mapper) {
        this.yaml = read();
        try {
            this.json = mapper.writeValueAsString(new YAMLMapper().readTree(yaml));
        } catch (IOException e) {
            throw new UncheckedIOException("the document of the API cannot be read", e);
        }
    }

    /** Answers before anything else could. */
    void serve(@Observes Router router) {
        router.get(PATH).handler(this::answer);
    }

    private void answer(RoutingContext exchange) {
        boolean asJson =
                Optional.ofNullable(exchange.request().getParam("format"))
                        .map(format -> format.toLowerCase(Locale.ROOT).equals("json"))
                        .orElseGet(() -> accepts(exchange, "application/json"));
        exchange.response()
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        asJson ? "application/json" : "application/yaml;charset=utf-8")
                .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .end(asJson ? json : yaml);
    }

    private static boolean accepts(RoutingContext exchange, String type) {
        @Nullable String accept = exchange.request().getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(type);
    }

    private static String read() {
        try (@Nullable InputStream document = WholeDocument.class.getResourceAsStream(RESOURCE)) {
            if (document == null) {
                throw new IllegalStateException(RESOURCE + " is not part of this build");
            }
            return new String(document.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the document of the API cannot be read", e);
        }
    }
}
