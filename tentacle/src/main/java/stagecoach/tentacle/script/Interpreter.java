package stagecoach.tentacle.script;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import stagecoach.vocabulary.process.Action.Syntax;

/** What runs a script of each syntax. */
public enum Interpreter {
    BASH("sh"),
    SH("sh"),
    PYTHON("py"),
    POWERSHELL("ps1");

    /** Reads the functions, then the script, whose name is then {@code $0}. */
    private static final String SHELL_START = ". \"$1\"; shift; . \"$0\"";

    private final String extension;

    Interpreter(String extension) {
        this.extension = extension;
    }

    /** What runs scripts of this syntax. */
    public static Interpreter of(Syntax syntax) {
        return switch (syntax) {
            case BASH -> BASH;
            case SH -> SH;
            case PYTHON -> PYTHON;
            case POWERSHELL -> POWERSHELL;
        };
    }

    /** What its scripts are called, without the dot. */
    public String extension() {
        return extension;
    }

    /** Whether to it lines end with LF and nothing else; the others take what Windows writes. */
    boolean isShell() {
        return switch (this) {
            case BASH, SH -> true;
            case PYTHON, POWERSHELL -> false;
        };
    }

    /** What it is called among a machine's capabilities. */
    public String capability() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The program, if this machine has it. */
    public Optional<Path> program() {
        List<String> programs =
                switch (this) {
                    case BASH -> List.of("bash");
                    case SH -> List.of("sh");
                    case PYTHON -> List.of("python3", "python");
                    case POWERSHELL -> List.of("pwsh", "powershell");
                };
        return programs.stream().map(Machine::find).flatMap(Optional::stream).findFirst();
    }

    /** The command line that runs {@code script}. */
    List<String> command(Path program, Path script, Path functions) {
        return switch (this) {
            case BASH, SH ->
                    List.of(
                            program.toString(),
                            "-c",
                            SHELL_START,
                            script.toString(),
                            functions.toString());
            case PYTHON -> List.of(program.toString(), "-u", script.toString());
            case POWERSHELL ->
                    List.of(
                            program.toString(),
                            "-NoProfile",
                            "-NonInteractive",
                            "-File",
                            script.toString());
        };
    }
}
