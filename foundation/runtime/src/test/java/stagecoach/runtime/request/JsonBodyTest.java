package stagecoach.runtime.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;

class JsonBodyTest {
    @Test
    void what_is_no_json_object_is_told_with_line_and_column() {
        assertThat(refusal("{\"a\": 1,\n \"b\" 2}")).contains("line 2").contains("no JSON");
        assertThat(refusal("[]")).contains("no JSON object");
        assertThat(refusal("")).contains("no body");
        assertThat(refusal("{\"a\": 1, \"a\": 2}")).contains("Duplicate");
    }

    @Test
    void a_field_of_another_type_is_told_and_reading_goes_on() {
        var body = body("{\"name\": 5, \"flag\": \"yes\", \"list\": {}, \"count\": 1.5}");
        body.text("name");
        body.flag("flag");
        body.list("list", text -> text);
        body.integer("count", 0, 9);
        assertThat(body.mistakes().all())
                .extracting(FieldError::pointer)
                .containsExactly("/name", "/flag", "/list", "/count");
    }

    @Test
    void a_doubled_item_and_a_nul_character_are_told() {
        var body = body("{\"list\": [\"a\", \"a\"], \"text\": \"a\\u0000b\"}");
        body.list("list", text -> text);
        body.text("text");
        assertThat(body.mistakes().all())
                .extracting(FieldError::pointer)
                .containsExactly("/list/1", "/text");
    }

    @Test
    void an_unknown_field_is_named_and_its_pointer_is_escaped() {
        var body = body("{\"a/b~c\": 1}");
        body.refuseUnknown();
        assertThat(body.mistakes().all())
                .extracting(FieldError::pointer)
                .containsExactly("/a~1b~0c");
    }

    @Test
    void a_misspelt_word_is_guessed_and_a_foreign_one_is_not() {
        assertThat(Nearest.to("prodution", List.of("production", "staging")))
                .contains("production");
        assertThat(Nearest.to("retires", List.of("retries"))).contains("retries");
        assertThat(Nearest.to("xyz", List.of("production", "staging"))).isEmpty();
    }

    @Test
    void a_time_that_nothing_behind_can_keep_is_told() {
        var body =
                body(
                        "{\"at\": \"+1000000000-12-31T23:59:59.999999999Z\", \"before\": \"-1000000000-01-01T00:00:00Z\","
                                + " \"for\": \"PT2562047788015215H30M\", \"last\": \"9999-12-31T23:59:59Z\"}");
        body.instant("at");
        body.instant("before");
        body.duration("for");
        assertThat(body.instant("last")).isPresent();
        assertThat(body.mistakes().all())
                .extracting(FieldError::pointer)
                .containsExactly("/at", "/before", "/for");
    }

    private static String refusal(String json) {
        return catchThrowableOfType(InvalidInput.class, () -> body(json))
                .errors()
                .getFirst()
                .detail();
    }

    private static JsonBody body(String json) {
        return JsonBody.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
