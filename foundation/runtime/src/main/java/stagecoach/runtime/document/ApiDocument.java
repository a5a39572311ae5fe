package stagecoach.runtime.document;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jspecify.annotations.Nullable;

/**
 * Says in a service's document, when it is built, what holds for every operation: the key, how
 * documents are guarded against lost updates, and every refusal with its form. What services say to
 * each other is left out.
 */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class ApiDocument implements OASFilter {
    private static final String NO_SUCH_PART = "416";
    private static final String INTERNAL = "/internal";
    private static final String OPEN = "/api/problems";
    private static final String ETAG = "ETag";
    private static final Set<String> WORD = Set.of("value");
    private static final List<HttpMethod> WRITING =
            List.of(HttpMethod.PUT, HttpMethod.POST, HttpMethod.DELETE);

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        document.getComponents()
                .addSchema(Refusals.SCHEMA, Refusals.schema())
                .addHeader(ETAG, etag())
                .addSecurityScheme(
                        "bearer",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("An API key"))
                .addSecurityScheme(
                        "apiKey",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.HEADER)
                                .name("X-Api-Key"));
        for (Refusals refusal : Refusals.values()) {
            document.getComponents().addResponse(refusal.key(), refusal.response());
        }
        document.setSecurity(
                List.of(
                        OASFactory.createSecurityRequirement().addScheme("bearer"),
                        OASFactory.createSecurityRequirement().addScheme("apiKey")));
        Optional.ofNullable(document.getComponents().getSchemas())
                .ifPresent(
                        schemas -> {
                            schemas.values().forEach(ApiDocument::tellAsWord);
                            Plainly.tell(schemas);
                        });
        Map<String, PathItem> paths =
                Optional.ofNullable(document.getPaths().getPathItems()).orElse(Map.of());
        List.copyOf(paths.entrySet())
                .forEach(
                        path -> {
                            if (path.getKey().startsWith(INTERNAL + "/")) {
                                document.getPaths().removePathItem(path.getKey());
                            } else {
                                complete(path.getKey(), path.getValue());
                            }
                        });
    }

    /** A word of the vocabulary, an object in the code, is written as its text. */
    private static void tellAsWord(Schema schema) {
        if (schema.getProperties() != null && schema.getProperties().keySet().equals(WORD)) {
            schema.setProperties(null);
            schema.setRequired(null);
            schema.setType(List.of(Schema.SchemaType.STRING));
        }
    }

    private static void complete(String path, PathItem item) {
        boolean guarded =
                Optional.ofNullable(item.getPUT()).filter(ApiDocument::isGuarded).isPresent();
        item.getOperations()
                .forEach(
                        (method, operation) -> {
                            if (guarded && method != HttpMethod.DELETE) {
                                tellEtag(operation);
                            }
                            tellRefusals(path, method, operation);
                        });
    }

    private static boolean isGuarded(Operation operation) {
        return takes(operation, Parameter.In.HEADER, "If-Match");
    }

    private static boolean takes(Operation operation, Parameter.In in, @Nullable String name) {
        return parameters(operation).stream()
                .anyMatch(
                        parameter ->
                                parameter.getIn() == in
                                        && (name == null || name.equals(parameter.getName())));
    }

    private static List<Parameter> parameters(Operation operation) {
        return Optional.ofNullable(operation.getParameters()).orElse(List.of());
    }

    private static void tellEtag(Operation operation) {
        responses(operation)
                .forEach(
                        (status, response) -> {
                            if (status.startsWith("2")) {
                                response.addHeader(
                                        ETAG,
                                        OASFactory.createHeader()
                                                .ref("#/components/headers/" + ETAG));
                            }
                        });
    }

    private static Map<String, APIResponse> responses(Operation operation) {
        return Optional.ofNullable(operation.getResponses())
                .map(APIResponses::getAPIResponses)
                .orElse(Map.of());
    }

    /** What an operation's own annotations say of a refusal is kept, and its form added. */
    private static void tellRefusals(String path, HttpMethod method, Operation operation) {
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        var all = new TreeMap<String, APIResponse>();
        for (Refusals refusal : Refusals.values()) {
            if (isPossible(refusal, path, method, operation)) {
                all.put(refusal.status(), refusal.reference());
            }
        }
        responses(operation)
                .forEach(
                        (status, response) -> {
                            if (status.startsWith("2") || !isBare(response)) {
                                all.put(status, withForm(status, response));
                            } else {
                                all.putIfAbsent(status, withForm(status, response));
                            }
                        });
        operation.getResponses().setAPIResponses(all);
        if (path.startsWith(OPEN)) {
            operation.setSecurity(List.of());
        }
    }

    /** One that says no more than its number does, as the framework adds them. */
    private static boolean isBare(APIResponse response) {
        return "Bad Request".equals(response.getDescription());
    }

    private static APIResponse withForm(String status, APIResponse response) {
        if (status.startsWith("2") || status.startsWith("3") || response.getRef() != null) {
            return response;
        }
        if (status.equals(NO_SUCH_PART)) {
            // Its Content-Range says all (RFC 9110, section 15.5.17).
            return response;
        }
        @Nullable Content content = response.getContent();
        return content == null ? response.content(Refusals.form()) : response;
    }

    private static boolean isPossible(
            Refusals refusal, String path, HttpMethod method, Operation operation) {
        boolean open = path.startsWith(OPEN);
        boolean body = operation.getRequestBody() != null;
        boolean writes = WRITING.contains(method);
        return switch (refusal) {
            case API_KEY_NEEDED, NOT_ALLOWED, UNAVAILABLE -> !open;
            case NOT_FOUND -> takes(operation, Parameter.In.PATH, null);
            case INVALID_INPUT, NOT_ACCEPTABLE -> true;
            case CONFLICT -> !open && (writes || path.startsWith("/api/v1/feeds/{id}/packages"));
            case CURSOR_TOO_OLD -> path.equals("/api/v1/events");
            case CHANGED_MEANWHILE -> isGuarded(operation);
            case TOO_LARGE, UNSUPPORTED_MEDIA_TYPE -> body;
            case IDEMPOTENCY_KEY_USED -> takes(operation, Parameter.In.HEADER, "Idempotency-Key");
        };
    }

    private static Header etag() {
        return OASFactory.createHeader()
                .description(
                        "The revision, in quotation marks: sent back as If-Match, a write takes place only if nobody has changed the document since.")
                .schema(Refusals.text());
    }
}
