package stagecoach.guards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TidyTest {
    private static final int LINES_MAX = 400;
    private static final int TYPES_MAX = 15;
    private static final Path WIDE_PACKAGES =
            Path.of("proof/guards/src/test/resources/wide-packages.txt");
    private static final Path LONG_FILES =
            Path.of("proof/guards/src/test/resources/long-files.txt");

    @Test
    void a_package_has_at_most_fifteen_top_level_types_or_a_reason() {
        Map<Path, Integer> types = new TreeMap<>();
        for (Path file : Sources.mainJava()) {
            if (!file.endsWith("package-info.java")) {
                types.merge(file.getParent(), 1, Integer::sum);
            }
        }
        var wide =
                types.entrySet().stream()
                        .filter(entry -> entry.getValue() > TYPES_MAX)
                        .map(entry -> entry.getKey().toString())
                        .toList();
        assertNamedWithReasons(WIDE_PACKAGES, wide);
    }

    @Test
    void every_package_says_in_one_sentence_what_it_is_and_is_null_marked() {
        var folders = Sources.mainJava().stream().map(Path::getParent).distinct().toList();
        for (Path folder : folders) {
            Path info = folder.resolve("package-info.java");
            assertThat(Sources.root().resolve(info)).as("a package says what it is").exists();
            assertThat(Sources.text(info)).as(info.toString()).contains("/**", "@NullMarked");
        }
    }

    @Test
    void a_long_file_is_named_with_a_reason() {
        var tooLong = new ArrayList<String>();
        for (Path file : Sources.mainJava()) {
            if (Sources.lines(file).size() > LINES_MAX) {
                tooLong.add(file.toString());
            }
        }
        assertNamedWithReasons(LONG_FILES, tooLong);
    }

    @Test
    void nothing_is_left_for_later_and_no_test_sleeps_or_is_switched_off() {
        var later = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        var sleeping =
                Pattern.compile(
                        "Thread\\.sle" + "ep\\(|TimeUnit\\.[A-Z]+\\.sle" + "ep\\(|@Disab" + "led");
        assertThat(offences(Sources.java(), later)).isEmpty();
        assertThat(offences(Sources.testJava(), sleeping)).isEmpty();
    }

    @Test
    void names_say_what_a_thing_is() {
        assertThat(Sources.java().stream().map(Path::toString))
                .noneMatch(name -> name.matches(".*(Manager|Helper|Utils?|Impl|Data)\\.java"))
                .noneMatch(name -> name.matches(".*/(common|util|utils|shared|dto|mapper)/.*"));
    }

    @Test
    void deciders_list_every_case_instead_of_a_default() {
        var pure =
                Sources.mainJava().stream()
                        .filter(
                                file ->
                                        file.toString().contains("/domain/src/")
                                                || file.startsWith("foundation/contracts"))
                        .toList();
        assertThat(offences(pure, Pattern.compile("\\bdefault\\s*(->|:)"))).isEmpty();
    }

    @Test
    void each_invariant_of_the_architecture_has_tests_that_name_it() {
        String tests =
                Sources.testJava().stream().map(Sources::text).collect(Collectors.joining("\n"));
        for (int invariant = 1; invariant <= 9; invariant++) {
            assertThat(tests)
                    .as("a test that names invariant " + invariant)
                    .contains("invariant_" + invariant + "_");
        }
    }

    @Test
    void pages_that_are_named_exist() {
        var link = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
        var broken = new ArrayList<String>();
        for (Path page : Sources.files(path -> path.toString().endsWith(".md"))) {
            link.matcher(Sources.text(page))
                    .results()
                    .map(match -> match.group(1))
                    .filter(to -> Files.notExists(Sources.root().resolve(page).resolveSibling(to)))
                    .forEach(to -> broken.add(page + " → " + to));
        }
        assertThat(broken).isEmpty();
    }

    /**
     * The list at {@code path} names exactly {@code exceptions}, each with a reason behind a colon.
     */
    private static void assertNamedWithReasons(Path path, List<String> exceptions) {
        Map<String, String> reasons = new HashMap<>();
        for (String line : Sources.lines(path)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(":", 2);
                reasons.put(parts[0].strip(), parts.length > 1 ? parts[1].strip() : "");
            }
        }
        assertThat(reasons.keySet())
                .as("what %s names", path)
                .containsExactlyInAnyOrderElementsOf(exceptions);
        assertThat(reasons).allSatisfy((name, reason) -> assertThat(reason).as(name).isNotBlank());
    }

    @Test
    void tests_that_pages_name_exist() {
        // A word in capitals is a value of an enum, such as WAIT.
        var named = Pattern.compile("`([A-Z]\\w*[a-z]\\w*(?:Test|Properties|IT))`");
        var tests =
                Sources.testJava().stream()
                        .map(file -> String.valueOf(file.getFileName()).replace(".java", ""))
                        .toList();
        var missing = new ArrayList<String>();
        for (Path page : Sources.files(path -> path.toString().endsWith(".md"))) {
            named.matcher(Sources.text(page))
                    .results()
                    .map(match -> match.group(1))
                    .filter(name -> !tests.contains(name))
                    .forEach(name -> missing.add(page + " → " + name));
        }
        assertThat(missing).isEmpty();
    }

    private static List<String> offences(List<Path> files, Pattern pattern) {
        var offences = new ArrayList<String>();
        for (Path file : files) {
            var lines = Sources.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    offences.add("%s:%d %s".formatted(file, i + 1, lines.get(i).strip()));
                }
            }
        }
        return offences;
    }
}
