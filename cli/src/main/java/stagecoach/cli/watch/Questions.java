package stagecoach.cli.watch;

import java.io.Console;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.Shown;

/** Asks the person at the terminal, where there is one. */
public interface Questions {
    /** Nobody is there. */
    Questions NOBODY =
            new Questions() {
                @Override
                public boolean possible() {
                    return false;
                }

                @Override
                public Optional<String> ask(String question, boolean masked) {
                    return Optional.empty();
                }
            };

    /** Whether somebody is there. */
    boolean possible();

    /**
     * The answer, without the end of the line.
     *
     * @param masked nothing of it is shown while it is written
     * @return empty if there will be no answer
     */
    Optional<String> ask(String question, boolean masked);

    /** Those to standard input, unless it is redirected or CI says otherwise. */
    // JDK 25 went back to no console where input or output is redirected; the check knows 22 only.
    @SuppressWarnings("SystemConsoleNull")
    static Questions standard(Map<String, String> environment) {
        @Nullable Console console = System.console();
        return console == null || !console.isTerminal() || environment.containsKey("CI")
                ? NOBODY
                : new AtConsole(console);
    }

    /** At a terminal. */
    record AtConsole(Console console) implements Questions {
        @Override
        public boolean possible() {
            return true;
        }

        @Override
        public Optional<String> ask(String question, boolean masked) {
            if (!masked) {
                return Optional.ofNullable(console.readLine("%s", Shown.line(question)));
            }
            char @Nullable [] answer = console.readPassword("%s", Shown.line(question));
            return Optional.ofNullable(answer).map(String::new);
        }
    }
}
