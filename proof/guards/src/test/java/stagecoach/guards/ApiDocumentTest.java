package stagecoach.guards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The one document of the API is what the services' code says. {@code -Dopenapi.write=true} writes
 * it anew.
 */
class ApiDocumentTest {
    private static final Path COMMITTED = Path.of("../../docs/openapi.yaml");
    private static final Pattern NAME = Pattern.compile("[a-z]+([A-Z][a-z0-9]*)*");
    private static final Set<String> VERBS = Set.of("get", "head", "put", "post", "delete");

    private record Call(String place, JsonNode told) {
        JsonNode response(String status) {
            return told.path("responses").path(status);
        }
    }

    @Test
    void the_committed_document_is_what_the_services_say_and_clients_of_v1_can_go_on()
            throws IOException {
        JsonNode merged = Documents.merged();
        String told = Documents.yaml(merged);
        if (!Boolean.getBoolean("openapi.break")) {
            assertThat(Compatibility.breaks(document(), merged))
                    .as(
                            "clients of v1 could not go on: add instead, and keep what is there (-Dopenapi.break=true lets it pass)")
                    .isEmpty();
        }
        if (Boolean.getBoolean("openapi.write")) {
            Files.writeString(COMMITTED, told);
        }
        // In which order names come says nothing, and is not in each build the same.
        assertThat(document())
                .as("%s: the code says something else. -Dopenapi.write=true writes it", COMMITTED)
                .isEqualTo(Documents.read(told));
    }

    @Test
    void every_operation_has_a_name_of_its_own_that_makes_a_good_method_and_a_tag() {
        List<Call> calls = calls();
        assertThat(calls).hasSizeGreaterThan(90);
        assertThat(calls)
                .allSatisfy(
                        call -> {
                            assertThat(call.told().path("operationId").asText())
                                    .as(call.place())
                                    .matches(NAME);
                            assertThat(call.told().path("summary").asText())
                                    .as(call.place())
                                    .isNotBlank();
                            assertThat(call.told().path("tags")).as(call.place()).hasSize(1);
                        });
        assertThat(calls.stream().map(call -> call.told().path("operationId").asText()))
                .doesNotHaveDuplicates();
    }

    @Test
    void every_operation_tells_its_refusals_in_the_form_of_a_problem() {
        assertThat(calls())
                .allSatisfy(
                        call -> {
                            if (!call.place().startsWith("/api/problems")) {
                                assertThat(call.told().path("responses").properties())
                                        .as(call.place())
                                        .extracting(Map.Entry::getKey)
                                        .contains("401", "403", "503");
                            }
                            call.told()
                                    .path("responses")
                                    .properties()
                                    .forEach(
                                            response ->
                                                    assertThat(
                                                                    isSuccess(response.getKey())
                                                                            // Its header says all.
                                                                            || response.getKey()
                                                                                    .equals("416"))
                                                            .as(
                                                                    "%s %s",
                                                                    call.place(), response.getKey())
                                                            .isNotEqualTo(
                                                                    isProblem(
                                                                            response.getValue())));
                        });
    }

    @Test
    void whoever_may_write_with_if_match_is_given_the_etag_and_told_of_a_lost_update() {
        List<Call> guarded =
                calls().stream()
                        .filter(
                                call ->
                                        call.told()
                                                .path("parameters")
                                                .toString()
                                                .contains("If-Match"))
                        .toList();
        assertThat(guarded).hasSizeGreaterThan(10);
        assertThat(guarded)
                .allSatisfy(
                        call -> {
                            assertThat(call.response("412").isMissingNode())
                                    .as(call.place())
                                    .isFalse();
                            assertThat(call.response("200").path("headers").has("ETag"))
                                    .as(call.place())
                                    .isTrue();
                        });
    }

    @Test
    void a_step_is_told_by_its_kind() {
        JsonNode step = document().at("/components/schemas/Step");
        assertThat(step.at("/discriminator/propertyName").asText()).isEqualTo("kind");
        assertThat(step.path("oneOf")).hasSize(6);
        assertThat(document().at("/components/schemas/HttpCheckStep/properties").has("script"))
                .isFalse();
    }

    @Test
    void what_generators_of_clients_stumble_over_is_said_plainly() {
        for (String word : List.of("$ref", "anyOf")) {
            assertThat(document().findParents(word))
                    .isNotEmpty()
                    .allSatisfy(
                            schema ->
                                    assertThat(schema.has("type"))
                                            .as("a type beside %s in %s", word, schema)
                                            .isFalse());
        }
        assertThat(document().at("/info/license/identifier").asText()).isEqualTo("Apache-2.0");
        assertThat(document().at("/paths/~1api~1v1~1enrolments/post/requestBody").toString())
                .contains("EnrolmentRequest");
    }

    @Test
    void of_answers_is_told_which_fields_are_always_there_and_of_what_clients_send_is_not() {
        JsonNode schemas = document().at("/components/schemas");
        assertThat(schemas.at("/Deployment/required").valueStream().map(JsonNode::asText))
                .contains("id", "state", "phases")
                .doesNotContain("startedAt", "failure");
        assertThat(schemas.at("/ListedTargetView/required/0").asText()).isEqualTo("items");
        assertThat(schemas.path("Target").has("required")).isFalse();
    }

    @Test
    void every_reference_leads_somewhere() {
        JsonNode document = document();
        assertThat(document.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(
                        reference ->
                                assertThat(document.at(reference.substring(1)).isMissingNode())
                                        .as(reference)
                                        .isFalse());
    }

    private static boolean isSuccess(String status) {
        return status.startsWith("2") || status.startsWith("3");
    }

    private static boolean isProblem(JsonNode response) {
        return response.path("content").has("application/problem+json")
                || response.path("$ref").asText().startsWith("#/components/responses/");
    }

    private static List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        document()
                .path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .properties()
                                        .forEach(
                                                call -> {
                                                    if (VERBS.contains(call.getKey())) {
                                                        calls.add(
                                                                new Call(
                                                                        path.getKey()
                                                                                + " "
                                                                                + call.getKey(),
                                                                        call.getValue()));
                                                    }
                                                }));
        return calls;
    }

    private static JsonNode document() {
        try {
            return Documents.read(COMMITTED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
