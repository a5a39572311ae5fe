package stagecoach.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.cli.client.Shown;
import stagecoach.cli.watch.Screen;

/** What machines and other people wrote cannot command the terminal of whoever reads it. */
class HostileTextTest {
    /** Clears a line, fills the clipboard, sets a title, forges a line, turns the direction. */
    private static final String HOSTILE =
            "a\r\u001b[2Kok\u001b]52;c;cm0=\u0007b\u009b2J\u202ec\u2028d\u0000\u001b[31mred";

    private static final String IN_JSON =
            "a\\r\\u001b[2Kok\\u001b]52;c;cm0=\\u0007b\\u009b2J\\u202ec\\u2028d\\u0000\\u001b[31mred";

    private KeptDocuments server;

    @BeforeEach
    void start() throws IOException {
        server = new KeptDocuments();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void assertHarmless(String printed) {
        assertThat(printed.replace("\n", "").codePoints().filter(HostileTextTest::obeyed))
                .isEmpty();
    }

    private static boolean obeyed(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || Character.getType(c) == Character.LINE_SEPARATOR;
    }

    @Test
    void output_of_scripts_is_shown_and_not_obeyed() {
        server.put(
                "/deployments/d1/logs",
                """
                {"items": [{"at": "T", "step": "%1$s", "target": "%1$s", "stream": "OUT",
                            "text": "%1$s\\nforged"}], "caughtUp": true}"""
                        .formatted(IN_JSON));
        String shown = server.run("deployment", "logs", "d1");
        assertHarmless(shown);
        assertThat(shown.lines()).singleElement().asString().endsWith("·d·red·forged");
        String json = server.run("deployment", "logs", "d1", "--json");
        assertHarmless(json);
        assertThat(json).contains("\\u009b", "\\u202e");
    }

    @Test
    void a_table_of_our_own_keeps_its_lines() {
        server.put(
                "/projects/shop/releases/1.0.0",
                """
                {"packages": [{"id": "Shop.Web", "version": "1.0.0", "size": 1, "sha512": "00"},
                              {"id": "Shop.\\nDb", "version": "1.0.0", "size": 1, "sha512": "00"}]}""");
        assertThat(server.run("release", "show", "shop", "1.0.0").lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("shop 1.0.0"),
                        line -> assertThat(line).startsWith("PACKAGE"),
                        line -> assertThat(line).startsWith("Shop.Web"),
                        line -> assertThat(line).startsWith("Shop."));
    }

    @Test
    void names_and_reasons_are_shown_and_not_obeyed() {
        server.put(
                "/deployments/d1",
                """
                {"id": "d1", "project": "%1$s", "release": "%1$s", "environment": "%1$s",
                 "state": "FAILED", "failure": "%1$s", "warnings": [{"detail": "%1$s"}],
                 "waitingFor": [{"detail": "%1$s"}],
                 "phases": [{"phase": "%1$s", "run": 1, "reason": "%1$s"}]}"""
                        .formatted(IN_JSON));
        server.put(
                "/deployments/d1/steps",
                """
                {"items": [{"step": "%1$s", "target": "%1$s", "run": 1, "state": "FAILED"}]}"""
                        .formatted(IN_JSON));
        assertHarmless(server.run("deployment", "show", "d1"));
        server.put(
                "/interruptions",
                """
                {"items": [{"id": "i1", "kind": "MANUAL_INTERVENTION", "project": "%1$s",
                            "instructions": "%1$s\\nthen look", "choices": ["PROCEED"]}]}"""
                        .formatted(IN_JSON));
        String asked = server.run("interruption", "list");
        assertHarmless(asked);
        assertThat(asked.lines()).contains("      then look");
    }

    @Test
    void a_screen_shows_lines_and_obeys_none() {
        var written = new ByteArrayOutputStream();
        var screen = new Screen(new PrintStream(written, true, StandardCharsets.UTF_8), true);
        screen.redraw(List.of(HOSTILE + "\nforged"));
        screen.keep(HOSTILE);
        String all = written.toString(StandardCharsets.UTF_8);
        assertHarmless(all.replace("\u001b[2K", "").replace("\u001b[1A", ""));
        assertThat(all).doesNotContain("\nforged", "\u001b[2Kok");
    }

    @Test
    void colours_end_with_their_line() {
        assertThat(Shown.coloured("\u001b[32mok\u001b[2J fine"))
                .isEqualTo("\u001b[32mok·[2J fine\u001b[0m");
        assertThat(Shown.line("\u001b[32mok\u001b[0m")).isEqualTo("ok");
        assertThat(Shown.coloured("plain")).isEqualTo("plain");
    }

    @Test
    void nothing_is_printed_but_by_those_who_look_at_it_first() throws IOException {
        Set<String> printing = new TreeSet<>();
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                if (Files.readString(file).matches("(?s).*\\.print(ln|f)?\\(.*")) {
                    printing.add(file.getFileName().toString());
                }
            }
        }
        assertThat(printing)
                .containsExactly(
                        "ApiCommand.java",
                        "Following.java",
                        "KeysCommand.java",
                        "Screen.java",
                        "StagecoachCli.java");
    }
}
