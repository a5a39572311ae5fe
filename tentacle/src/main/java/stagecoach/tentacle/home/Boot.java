package stagecoach.tentacle.home;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's run since it was switched on. */
public final class Boot {
    private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");

    private Boot() {}

    /** Tells it from other runs of the machine; empty where it has no such name. */
    public static String id() {
        try {
            return Files.readString(ID, StandardCharsets.US_ASCII).strip();
        } catch (IOException notLinux) {
            return "";
        }
    }
}
