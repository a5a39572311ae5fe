package stagecoach.vocabulary.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"report.html", "Prüfbericht (2).xml", "日志.log", "a b", "a.b.c", "-rf"})
    void a_usual_name_stays_as_it_is(String name) {
        assertThat(ArtifactName.of(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "../../etc/passwd         | _._.._etc_passwd",
                "C:\\Windows\\x.dll       | C__Windows_x.dll",
                ".bashrc                  | _bashrc",
                "..                       | file",
                "''                       | file",
                "nul                      | _ul",
                "Com1.txt                 | _om1.txt",
                "common.txt               | common.txt",
                "end. .                   | end",
                "a\"; filename=b          | a_; filename=b"
            })
    void what_means_more_than_a_name_is_taken_out_of_it(String hostile, String name) {
        assertThat(ArtifactName.of(hostile)).isEqualTo(name);
    }

    @Test
    void lines_escapes_and_marks_that_turn_a_text_around_do_not_pass() {
        assertThat(ArtifactName.of("a\r\nSet-Cookie: b\u001b[2J\u202egpj.exe\0"))
                .isEqualTo("a__Set-Cookie_ b_[2J_gpj.exe_");
    }

    @Test
    void a_long_name_is_cut_between_characters() {
        String name = ArtifactName.of("x" + "€".repeat(300));
        assertThat(name).isEqualTo("x" + "€".repeat(66));
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(200);
    }
}
