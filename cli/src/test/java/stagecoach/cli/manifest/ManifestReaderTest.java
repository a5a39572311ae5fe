package stagecoach.cli.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestReaderTest {
    @TempDir Path folder;

    @Test
    void documents_come_in_the_order_in_which_they_can_be_written() throws IOException {
        var located =
                read(
                        """
                        version: 1
                        projects:
                          shop:
                            name: Web shop
                            variableSets: [ common ]
                            variables:
                              - { name: Db.Url, value: "${env:DB}" }
                            steps:
                              - name: hello
                                kind: SCRIPT
                                script: { syntax: BASH, file: hello.sh }
                        variableSets:
                          common:
                            variables: [ { name: Greeting, value: Hello } ]
                        environments: { production: {} }
                        caches:
                          eu-1: { region: eu }
                        regions: { eu: {} }
                        """);
        assertThat(located.manifest().resources().stream().map(Manifest.Resource::path))
                .containsExactly(
                        "/environments/production",
                        "/regions/eu",
                        "/caches/eu-1",
                        "/variable-sets/common",
                        "/projects/shop",
                        "/projects/shop/variables",
                        "/projects/shop/process");
        assertThat(located.manifest().resources().get(0).body().path("name").asText())
                .isEqualTo("production");
        assertThat(located.manifest().resources().get(5).body().toString()).contains("jdbc:there");
        assertThat(
                        located.manifest()
                                .resources()
                                .get(6)
                                .body()
                                .path("steps")
                                .path(0)
                                .path("script")
                                .path("body")
                                .asText())
                .isEqualTo("echo hello\n");
    }

    @Test
    void the_scripts_of_a_groups_children_are_read_in_too() throws IOException {
        Files.writeString(folder.resolve("drain.sh"), "drain\n");
        var located =
                read(
                        """
                        version: 1
                        projects:
                          shop:
                            steps:
                              - name: swap
                                kind: GROUP
                                steps:
                                  - { name: drain, script: { file: drain.sh } }
                                  - { name: look, kind: HTTP_CHECK }
                        """);
        var children =
                located.manifest().resources().getLast().body().path("steps").path(0).path("steps");
        assertThat(children.path(0).path("script").toString()).isEqualTo("{\"body\":\"drain\\n\"}");
        assertThat(children.path(1).path("kind").asText()).isEqualTo("HTTP_CHECK");
        var mistakes =
                catchThrowableOfType(
                        ManifestMistakes.class,
                        () ->
                                read(
                                        """
                                        version: 1
                                        projects:
                                          shop:
                                            steps:
                                              - name: swap
                                                steps:
                                                  - { name: a, script: { file: nowhere.sh } }
                                        """));
        assertThat(mistakes.mistakes().stream().map(ManifestMistakes.Mistake::line))
                .containsExactly(7);
    }

    @Test
    void a_pointer_of_the_server_finds_its_line() throws IOException {
        var located =
                read(
                        """
                        version: 1
                        projects:
                          shop:
                            steps:
                              - name: web
                                kind: PACKAGE
                                package:
                                  id: Shop.Wbe
                        """);
        var process = located.manifest().resources().getLast();
        var mistake =
                located.mistake(process, "/steps/0/package/id", "\"Shop.Wbe\" is in no feed.");
        assertThat(mistake.line()).isEqualTo(8);
        assertThat(mistake.place()).isEqualTo("steps[0].package.id");
    }

    @Test
    void all_mistakes_are_told_at_once_with_line_and_cure() {
        var mistakes =
                catchThrowableOfType(
                        ManifestMistakes.class,
                        () ->
                                read(
                                        """
                                        version: 2
                                        enviroments: {}
                                        regions: { EU: {} }
                                        projects:
                                          shop:
                                            variables: [ { name: A, value: "${env:MISSING}" } ]
                                            steps:
                                              - { name: a, script: { file: nowhere.sh } }
                                        """));
        assertThat(mistakes.mistakes().stream().map(ManifestMistakes.Mistake::line))
                .containsExactly(1, 2, 3, 6, 8);
        assertThat(mistakes)
                .hasMessageContaining("5 mistakes, nothing was changed")
                .hasMessageContaining("MISSING")
                .hasMessageContaining("nowhere.sh")
                .hasMessageContaining("enviroments");
    }

    @Test
    void broken_yaml_is_a_mistake_with_its_line() {
        var mistakes =
                catchThrowableOfType(
                        ManifestMistakes.class,
                        () -> read("version: 1\nregions: { eu: {}\nx: [\n"));
        assertThat(mistakes.mistakes()).isNotEmpty();
        assertThat(mistakes.mistakes().getFirst().line()).isGreaterThan(1);
    }

    @Test
    void aliases_that_lead_back_or_multiply_are_a_mistake_and_cost_nothing() {
        for (String yaml :
                List.of(
                        "version: 1\nregions: &a { eu: *a }\n",
                        """
                        version: 1
                        a: &a [1,1,1,1,1,1,1]
                        b: &b [*a,*a,*a,*a,*a,*a,*a]
                        c: &c [*b,*b,*b,*b,*b,*b,*b]
                        d: &d [*c,*c,*c,*c,*c,*c,*c]
                        e: &e [*d,*d,*d,*d,*d,*d,*d]
                        f: &f [*e,*e,*e,*e,*e,*e,*e]
                        g: [*f,*f,*f,*f,*f,*f,*f]
                        """)) {
            var mistakes = catchThrowableOfType(ManifestMistakes.class, () -> read(yaml));
            assertThat(mistakes.mistakes())
                    .anySatisfy(
                            mistake -> {
                                assertThat(mistake.place()).isEqualTo("(yaml)");
                                assertThat(mistake.sentence()).contains("more than");
                            });
        }
    }

    @Test
    void a_manifest_takes_nothing_from_outside_its_folder_and_no_key_from_the_environment()
            throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Path inside = Files.createDirectories(folder.resolve("inside/scripts"));
        Files.writeString(outside.resolve("id_rsa"), "a private key");
        Files.createSymbolicLink(inside.resolve("link.sh"), outside.resolve("id_rsa"));
        Files.createSymbolicLink(inside.resolve("folder"), outside);
        Files.writeString(inside.resolve("long.sh"), "#".repeat((1 << 20) + 1));
        Files.writeString(inside.resolve("good.sh"), "true");
        for (String name :
                List.of(
                        "../outside/id_rsa",
                        outside.resolve("id_rsa").toString(),
                        "scripts/link.sh",
                        "scripts/folder/id_rsa",
                        "scripts/long.sh",
                        "scripts")) {
            assertThat(refused(name)).hasSize(1).first().asString().contains(name);
        }
        var mistakes =
                catchThrowableOfType(
                        ManifestMistakes.class,
                        () ->
                                read(
                                        """
                                        version: 1
                                        projects:
                                          shop:
                                            variables: [ { name: A, value: "${env:STAGECOACH_API_KEY}" } ]
                                        """));
        assertThat(mistakes).hasMessageContaining("no manifest reads STAGECOACH_API_KEY");
    }

    private List<String> refused(String name) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("inside/stagecoach.yaml"),
                        """
                        version: 1
                        projects:
                          shop:
                            steps:
                              - { name: a, script: { file: "%s" } }
                              - { name: b, script: { file: scripts/good.sh } }
                        """
                                .formatted(name));
        return catchThrowableOfType(
                        ManifestMistakes.class,
                        () -> ManifestReader.read(file, _ -> Optional.of("there")))
                .mistakes()
                .stream()
                .map(ManifestMistakes.Mistake::sentence)
                .toList();
    }

    @Test
    void what_a_manifest_takes_from_this_computer_is_told() throws IOException {
        var located =
                read(
                        """
                        version: 1
                        projects:
                          shop:
                            variables: [ { name: A, value: "${env:DB}" } ]
                            steps:
                              - { name: a, script: { file: hello.sh } }
                        """);
        assertThat(located.taken()).containsExactly("hello.sh", "${env:DB}");
    }

    private ManifestReader.Located read(String yaml) throws IOException {
        Files.writeString(folder.resolve("hello.sh"), "echo hello\n");
        Path file = Files.writeString(folder.resolve("stagecoach.yaml"), yaml);
        return ManifestReader.read(
                file, name -> Optional.ofNullable(Map.of("DB", "jdbc:there").get(name)));
    }
}
