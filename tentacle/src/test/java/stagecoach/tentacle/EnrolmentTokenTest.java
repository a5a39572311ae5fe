package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentTokenTest {
    @TempDir Path folder;

    private static String read(String input, String... options) throws Exception {
        var typed = new ArrayList<>(List.of("enrol"));
        typed.addAll(List.of(options));
        var arguments = Arguments.parse(typed, Map.of("enrol", List.of("--token", "--token-file")));
        InputStream typedIn = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return EnrolmentToken.read(arguments, typedIn);
    }

    @Test
    void it_may_be_an_argument_a_line_of_the_input_or_a_file() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "a.b \r\nmore\n");

        assertThat(read("", "--token", "a.b")).isEqualTo("a.b");
        assertThat(read("a.b\nmore", "--token", "-")).isEqualTo("a.b");
        assertThat(read("", "--token-file", file.toString())).isEqualTo("a.b");
    }

    @Test
    void none_two_and_an_empty_one_are_refused_in_words() {
        assertThatThrownBy(() -> read(""))
                .hasMessage("enrol needs one of --token and --token-file.");
        assertThatThrownBy(() -> read("", "--token", "a", "--token-file", "b"))
                .hasMessage("enrol needs one of --token and --token-file.");
        assertThatThrownBy(() -> read("", "--token", "-"))
                .hasMessage("The enrolment token is empty.");
        assertThatThrownBy(() -> read("", "--token-file", folder.resolve("none").toString()))
                .isInstanceOf(NoSuchFileException.class);
    }
}
