package stagecoach.orchestrator.app;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Map;
import stagecoach.runtime.test.TestKeys;

/** The public API, called with a key that may everything. */
public final class Api {
    private Api() {}

    public static Response get(String path) {
        return RestAssured.given()
                .header("Authorization", TestKeys.ADMIN.bearer())
                .get("/api/v1" + path);
    }

    public static Response put(String path, String json) {
        return put(path, json, Map.of());
    }

    public static Response put(String path, String json, Map<String, String> headers) {
        return RestAssured.given()
                .header("Authorization", TestKeys.ADMIN.bearer())
                .headers(headers)
                .contentType(ContentType.JSON)
                .body(json)
                .put("/api/v1" + path);
    }

    public static Response delete(String path) {
        return RestAssured.given()
                .header("Authorization", TestKeys.ADMIN.bearer())
                .delete("/api/v1" + path);
    }

    public static Response post(String path, String json) {
        return post(path, json, Map.of());
    }

    public static Response post(String path, String json, Map<String, String> headers) {
        return RestAssured.given()
                .header("Authorization", TestKeys.ADMIN.bearer())
                .headers(headers)
                .contentType(ContentType.JSON)
                .body(json)
                .post("/api/v1" + path);
    }

    /** Somebody else posts: the holder of this key. */
    public static Response postAs(String key, String path, String json) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + key)
                .contentType(ContentType.JSON)
                .body(json)
                .post("/api/v1" + path);
    }

    /** Somebody else puts. */
    public static Response putAs(String key, String path, String json) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + key)
                .contentType(ContentType.JSON)
                .body(json)
                .put("/api/v1" + path);
    }

    /** The body of an answer that must have this status. */
    public static JsonPath expect(int status, Response response) {
        if (response.statusCode() != status) {
            throw new AssertionError(
                    "expected %d, got %d: %s"
                            .formatted(status, response.statusCode(), response.asString()));
        }
        return response.jsonPath();
    }
}
