package stagecoach.runtime.request;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.ToyTest;

/** What no operation looks for is refused before it, or told as any other mistake. */
@ToyTest
class OddRequestsTest {
    private static RequestSpecification as(TestKeys key) {
        return given().urlEncodingEnabled(false)
                .header("Authorization", key.bearer())
                .contentType("application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/refusals/%00", "/api/v1/refusals/a%00b"})
    void a_nul_character_in_a_path_is_refused_to_whoever_may_come_in(String address) {
        as(TestKeys.READ)
                .get(address)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("/api/problems/invalid-input"))
                .body("detail", containsString("%00"));
        given().urlEncodingEnabled(false).get(address).then().statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"project\":",
                "{\"project\":",
            })
    void a_body_that_is_deeper_than_anything_is_a_mistake_of_whoever_sent_it(String level) {
        as(TestKeys.CONFIGURE)
                .body(level.repeat(1_500))
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 200_000})
    void so_is_one_with_a_number_or_a_name_that_is_longer_than_anything(int length) {
        for (String body :
                new String[] {
                    "{\"project\":" + "9".repeat(length) + "}",
                    "{\"" + "n".repeat(length) + "\":1}",
                    "{\"items\":[{\"id\":\"a\",\"count\":" + "9".repeat(length) + "}]}"
                }) {
            as(TestKeys.CONFIGURE)
                    .body(body)
                    .put("/api/v1/bodies")
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PT2562047788015215H30M7.999999999S", "PT99999999999999999999H", "P40000D"})
    void and_one_with_a_duration_after_which_is_no_time_any_more(String duration) {
        as(TestKeys.CONFIGURE)
                .body("{\"project\":\"shop\",\"items\":[],\"timeout\":\"" + duration + "\"}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/timeout"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                ";;;",
                "/",
                "application/",
                "application/json;q=abc",
                "a/b/c",
                "image/*",
                "\"",
                "*"
            })
    void an_accept_that_nobody_understands_is_no_failure(String accept) {
        as(TestKeys.READ)
                .header("Accept", accept)
                .get("/api/v1/who")
                .then()
                .statusCode(org.hamcrest.Matchers.lessThan(500));
    }
}
