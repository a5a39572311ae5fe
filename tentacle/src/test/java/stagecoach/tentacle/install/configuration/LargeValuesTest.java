package stagecoach.tentacle.install.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class LargeValuesTest {
    private static final int LARGE = 64 << 10;

    private static String before(Format format, String value) {
        return switch (format) {
            case JSON -> "{\"a\": \"%s\"}".formatted(value);
            case YAML -> "a: %s\n".formatted(value);
            case XML -> "<r><a>%s</a></r>".formatted(value);
            case PROPERTIES -> "a=%s\n".formatted(value);
        };
    }

    private static String replaced(Format format, String text, String value) throws UnreadableFile {
        String name = format == Format.XML ? "/r/a" : "a";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(
                StructuredFile.replace(format, bytes, Map.of(name, value)).bytes(),
                StandardCharsets.UTF_8);
    }

    /** As commands run: such a thread has a small stack. */
    private static String onAVirtualThread(Format format, String text, String value) {
        Executor virtual = Thread::startVirtualThread;
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return replaced(format, text, value);
                            } catch (UnreadableFile e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        virtual)
                .join();
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void a_large_value_takes_the_place_of_a_small_one_and_the_other_way_round(Format format) {
        String large = "a".repeat(LARGE);
        assertThat(onAVirtualThread(format, before(format, "x"), large))
                .isEqualTo(before(format, large));
        assertThat(onAVirtualThread(format, before(format, large), "x"))
                .isEqualTo(before(format, "x"));
    }

    @Test
    void what_looks_like_a_very_long_number_is_a_text() {
        assertThat(onAVirtualThread(Format.YAML, "a: 1" + ":1".repeat(LARGE) + "\n", "x"))
                .isEqualTo("a: x\n");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void a_file_that_would_become_too_long_is_refused_in_words(Format format) {
        String value = "a".repeat(format.bytesMax());
        assertThatThrownBy(() -> replaced(format, before(format, "x"), value))
                .isInstanceOf(UnreadableFile.class)
                .hasMessage(
                        "with the values it would be longer than %d KiB"
                                .formatted(format.bytesMax() >> 10));
    }

    @Test
    void a_value_for_very_many_places_is_refused_before_it_is_written_for_all() {
        String text = "<r>%s</r>".formatted("<a>x</a>".repeat(20_000));
        assertThatThrownBy(() -> replaced(Format.XML, text, "a".repeat(LARGE)))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("longer than 256 KiB");
    }

    @Test
    void xml_is_not_searched_when_the_time_is_over() {
        byte[] text = before(Format.XML, "x").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(
                        () ->
                                StructuredFile.replace(
                                        Format.XML, text, Map.of("/r/a", "y"), () -> false))
                .hasMessage("there was no time left for it");
    }

    @Test
    void an_encoding_that_cannot_be_written_is_refused_in_words() {
        assertThatThrownBy(
                        () ->
                                replaced(
                                        Format.XML,
                                        "<?xml version='1.0' encoding='ISO-2022-CN'?><r><a>x</a></r>",
                                        "y"))
                .hasMessage(
                        "line 1: its encoding 'ISO-2022-CN' can only be read here; store the file as UTF-8");
    }

    @ParameterizedTest
    @CsvSource({"93, \\u0093", "fffe, \\ufffe", "7f, \\u007f"})
    void characters_that_yaml_does_not_have_are_escaped(String digits, String written)
            throws Exception {
        String value = Character.toString(Integer.parseInt(digits, 16));
        assertThat(replaced(Format.YAML, "a: x\n", value))
                .isEqualTo("a: \"%s\"\n".formatted(written));
        assertThat(replaced(Format.YAML, "a: [x]\n", "[\"%s\"]".formatted(value)))
                .isEqualTo("a: [\"%s\"]\n".formatted(written));
    }
}
