package stagecoach.runtime.document;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import stagecoach.runtime.access.Problem;

/** The refusals that many operations share, as the document tells them. */
enum Refusals {
    INVALID_INPUT(400, "The request is wrong: every mistake is told with its place"),
    API_KEY_NEEDED(401, "There is no API key, or nobody knows it, or it has expired"),
    NOT_ALLOWED(403, "The API key has none of the roles that this takes"),
    NOT_FOUND(404, "There is nothing of this id or path"),
    NOT_ACCEPTABLE(406, "None of the accepted media types is to be had here"),
    CONFLICT(409, "What is there does not allow it: the detail tells what, and what to do"),
    CURSOR_TOO_OLD(410, "Events behind this cursor are no longer kept"),
    CHANGED_MEANWHILE(412, "Somebody has changed the document since it was read"),
    TOO_LARGE(413, "The body is larger than is allowed"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is of a media type that is not taken here"),
    IDEMPOTENCY_KEY_USED(422, "The idempotency key was used with another body"),
    UNAVAILABLE(503, "Something that is needed does not answer now; Retry-After tells when to ask");

    static final String SCHEMA = "Problem";

    private final int status;
    private final String description;

    Refusals(int status, String description) {
        this.status = status;
        this.description = description;
    }

    /** As the document writes it. */
    String status() {
        return Integer.toString(status);
    }

    /** The name among the components, such as {@code NotFound}. */
    String key() {
        var key = new StringBuilder();
        for (String word : name().split("_", -1)) {
            key.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return key.toString();
    }

    APIResponse reference() {
        return OASFactory.createAPIResponse().ref("#/components/responses/" + key());
    }

    APIResponse response() {
        APIResponse response =
                OASFactory.createAPIResponse().description(description).content(form());
        return this == UNAVAILABLE
                ? response.addHeader(
                        "Retry-After",
                        OASFactory.createHeader().description("Seconds").schema(number()))
                : response;
    }

    /** The body of any refusal. */
    static Content form() {
        return OASFactory.createContent()
                .addMediaType(
                        Problem.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(
                                        OASFactory.createSchema()
                                                .ref("#/components/schemas/" + SCHEMA)));
    }

    static Schema schema() {
        Schema error =
                object().addProperty(
                                "pointer",
                                text().description(
                                                "Where it is: a JSON pointer into the body, or ?name of a query parameter"))
                        .addProperty("detail", text().description("What to change"))
                        .required(List.of("pointer", "detail"));
        return object().description("RFC 9457; every type leads to a page that explains it")
                .addProperty("type", text().description("The address of the page"))
                .addProperty("title", text())
                .addProperty("status", number())
                .addProperty("detail", text().description("What is wrong, and what to do"))
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .addType(Schema.SchemaType.ARRAY)
                                .items(error)
                                .description("Of bad input: every mistake with its place"))
                .required(List.of("type", "title", "status", "detail"))
                .examples(List.of(example()));
    }

    /** In an order that is the same in each build. */
    private static Map<String, Object> example() {
        var example = new LinkedHashMap<String, Object>();
        example.put("type", "https://stagecoach.example.com/api/problems/not-found");
        example.put("title", "Not found");
        example.put("status", 404);
        example.put("detail", "There is no environment \"production\".");
        return example;
    }

    static Schema text() {
        return OASFactory.createSchema().addType(Schema.SchemaType.STRING);
    }

    private static Schema number() {
        return OASFactory.createSchema().addType(Schema.SchemaType.INTEGER);
    }

    private static Schema object() {
        return OASFactory.createSchema().addType(Schema.SchemaType.OBJECT);
    }
}
