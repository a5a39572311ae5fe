package stagecoach.cli.watch;

import java.io.Console;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.Shown;

/** Where progress is shown: redrawn in place on a terminal, line by line elsewhere. */
public final class Screen {
    private final PrintStream out;
    private final boolean terminal;
    private int drawn;

    /** A screen on {@code out}. */
    public Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * A screen on standard output, which is a terminal unless it is redirected or CI or TERM=dumb
     * say otherwise.
     */
    // JDK 25 went back to no console where input or output is redirected; the check knows 22 only.
    @SuppressWarnings("SystemConsoleNull")
    public static Screen standard(Map<String, String> environment) {
        @Nullable Console console = System.console();
        boolean terminal =
                console != null
                        && console.isTerminal()
                        && !environment.containsKey("CI")
                        && !"dumb".equals(environment.get("TERM"));
        return new Screen(System.out, terminal);
    }

    /** Whether lines can be redrawn and coloured. */
    public boolean terminal() {
        return terminal;
    }

    /** Replaces what was drawn last; does nothing where nothing can be redrawn. */
    public void redraw(List<String> lines) {
        if (!terminal) {
            return;
        }
        var frame = new StringBuilder();
        if (drawn > 0) {
            frame.append("\u001b[").append(drawn).append('A');
        }
        for (String line : lines) {
            frame.append("\u001b[2K").append(Shown.line(line)).append('\n');
        }
        for (int surplus = lines.size(); surplus < drawn; surplus++) {
            frame.append("\u001b[2K\n");
        }
        if (drawn > lines.size()) {
            frame.append("\u001b[").append(drawn - lines.size()).append('A');
        }
        drawn = lines.size();
        out.print(frame);
        out.flush();
    }

    /** Writes a line that stays; what is drawn afterwards comes below it. */
    public void keep(String line) {
        if (terminal && drawn > 0) {
            redraw(List.of());
        }
        out.println(Shown.line(line));
        out.flush();
    }

    /** Lets what was drawn last stay. */
    public void settle() {
        drawn = 0;
    }
}
