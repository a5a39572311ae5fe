package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;

/** Whoever asks a command for help reads what each part of its line is for. */
class HelpTest {
    @Test
    void every_option_says_what_it_is_for_and_every_argument_has_a_name() {
        var silent = new ArrayList<String>();
        gather(StagecoachCli.commandLine(new StagecoachCli(Map.of(), LocalDefault.NONE)), silent);
        assertThat(silent).isEmpty();
    }

    private static void gather(CommandLine line, List<String> silent) {
        String command = line.getCommandSpec().qualifiedName();
        for (var option : line.getCommandSpec().options()) {
            if (option.description().length == 0 && !option.hidden()) {
                silent.add(command + " " + option.longestName());
            }
        }
        for (var argument : line.getCommandSpec().positionalParameters()) {
            if (argument.paramLabel().startsWith("<")) {
                silent.add(command + " " + argument.paramLabel());
            }
        }
        line.getSubcommands().values().forEach(each -> gather(each, silent));
    }
}
