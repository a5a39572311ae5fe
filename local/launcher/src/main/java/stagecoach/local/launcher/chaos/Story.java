package stagecoach.local.launcher.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Consumer;
import stagecoach.cli.client.Text;

/** Tells what happens, with the time since its beginning; on the screen and in a file. */
public final class Story {
    private static final int TIME_WIDTH = 7;

    private final Consumer<String> screen;
    private final Path file;
    private final long began = System.nanoTime();

    /** One that begins now. */
    public Story(Consumer<String> screen, Path file) {
        this.screen = screen;
        this.file = file;
    }

    /** Where it is kept. */
    public Path file() {
        return file;
    }

    /** How long it has been told. */
    public Duration time() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Something has just happened. */
    public void tell(String what) {
        say(" " + Text.padded(Text.clock(time()), TIME_WIDTH) + what);
    }

    /** A line without a time. */
    public synchronized void say(String line) {
        screen.accept(line);
        try {
            Files.writeString(
                    file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
