package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.template.syntax.Filter;

/** The page for people says what the code does. */
class VariablesPageTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern FIRST = Pattern.compile("^\\|(.*?)(?<!\\\\)\\|");

    /** What stands in code font in the first column of the table under a heading. */
    private static List<String> firstColumn(String header) throws IOException {
        var found = new ArrayList<String>();
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("../../docs/how-to/use-variables.md"))) {
            if (line.startsWith(header)) {
                inside = true;
            } else if (!line.startsWith("|")) {
                inside = false;
            } else if (inside) {
                var row = FIRST.matcher(line);
                var code = CODE.matcher(row.find() ? row.group(1) : "");
                while (code.find()) {
                    found.add(code.group(1));
                }
            }
        }
        return found;
    }

    @Test
    void every_built_in_variable_stands_in_the_table_and_no_other() throws IOException {
        var documented = firstColumn("| name | is |");
        assertThat(documented).doesNotHaveDuplicates();
        for (String name : documented) {
            assertThat(BuiltIns.canBe(name)).as(name).isTrue();
        }
        var fixed = new ArrayList<>(documented);
        fixed.removeIf(BuiltIns::comesLater);
        var all = new ArrayList<>(BuiltIns.NAMES);
        all.addAll(BuiltIns.OF_LOOPS);
        assertThat(fixed).containsExactlyElementsOf(all);
    }

    @Test
    void every_filter_stands_in_the_table_and_no_other() throws IOException {
        assertThat(firstColumn("| filter |"))
                .extracting(call -> call.replaceFirst(" .*", ""))
                .hasSameElementsAs(Arrays.stream(Filter.values()).map(Filter::word).toList());
    }
}
