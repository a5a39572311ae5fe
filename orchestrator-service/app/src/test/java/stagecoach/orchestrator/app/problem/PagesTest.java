package stagecoach.orchestrator.app.problem;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import stagecoach.migration.ServiceSchema;
import stagecoach.orchestrator.app.OrchestratorTest;

@OrchestratorTest
class PagesTest {
    /** Other modules build and test beside this one: what they make and remove is not looked at. */
    private static final Set<String> NO_SOURCE =
            Set.of("target", ".git", ".stagecoach", "node_modules");

    private static final Pattern REJECTION =
            Pattern.compile(
                    "\\b(?:NOT_FOUND|CONFLICT|OUTDATED|FORBIDDEN|INVALID|NOT_YET),\\s*\"([a-z-]+)\"");
    private static final Pattern RESPONSE =
            Pattern.compile("response\\(\\s*(?:[0-9]{3}|own\\.getStatus\\(\\)),\\s*\"([a-z-]+)\"");

    @Test
    void every_kind_of_problem_has_a_page_that_begins_with_its_title() throws IOException {
        Set<String> codes = codes();
        assertThat(codes).contains("invalid-input", "not-found", "in-use");
        assertThat(codes)
                .allSatisfy(
                        code ->
                                assertThat(ProblemPages.textOf(code))
                                        .as("docs/problems/%s.md", code)
                                        .hasValueSatisfying(
                                                page -> assertThat(page).startsWith("# ")));
    }

    @Test
    void a_problems_type_leads_to_its_page_without_a_key() {
        String type = given().get("/api/v1/regions").then().statusCode(401).extract().path("type");
        given().get(type.substring(type.indexOf("/api/")))
                .then()
                .statusCode(200)
                .body(startsWith("# An API key is needed"));
        given().get("/api/problems/no-such-problem").then().statusCode(404);
        given().get("/api/problems/..%2F..%2Fapplication").then().statusCode(404);
    }

    @Test
    void the_document_of_the_api_is_open_in_both_forms() {
        given().queryParam("format", "json")
                .get("/api/openapi")
                .then()
                .statusCode(200)
                .body("openapi", startsWith("3.1"))
                .body("paths", hasKey("/api/v1/environments/{id}"))
                .body("paths", hasKey("/api/v1/projects/{id}/process"))
                .body("paths", hasKey("/api/v1/deployments/{id}/acquisitions"))
                .body("paths", hasKey("/api/v1/events"))
                // What other services answer behind the one base URL.
                .body("paths", hasKey("/api/v1/feeds/{id}"))
                .body("paths", hasKey("/api/v1/agents/{id}"))
                .body("paths", hasKey("/nuget/v3/package"))
                .body(
                        "paths.'/api/v1/environments/{id}'.get.responses.'200'.content.'application/json'.schema.'$ref'",
                        endsWith("/Environment"))
                .body("components.schemas", hasKey("Process"))
                .body("components.schemas", hasKey("Deployment"));
        given().queryParam("format", "yaml")
                .get("/api/openapi")
                .then()
                .statusCode(200)
                .body(containsString("openapi: 3.1"));
    }

    @Test
    void the_document_can_be_read_and_tried_in_a_browser_with_nothing_from_elsewhere() {
        given().get("/api/docs/")
                .then()
                .statusCode(200)
                .body(containsString("/api/openapi"))
                .body(not(matchesPattern("(?s).*(src|href)=\"(https?:)?//.*")));
    }

    /** The codes that any service's source names. */
    private static Set<String> codes() throws IOException {
        Set<String> codes = new TreeSet<>();
        Files.walkFileTree(
                ServiceSchema.checkout(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        boolean skip = NO_SOURCE.contains(String.valueOf(folder.getFileName()));
                        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (isSource(file)) {
                            codes.addAll(codesIn(Files.readString(file)));
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return codes;
    }

    private static Set<String> codesIn(String source) {
        Set<String> codes = new TreeSet<>();
        for (Pattern pattern : Set.of(REJECTION, RESPONSE)) {
            pattern.matcher(source).results().forEach(found -> codes.add(found.group(1)));
        }
        return codes;
    }

    private static boolean isSource(Path file) {
        String path = file.toString();
        return path.endsWith(".java") && path.contains("/src/main/");
    }
}
