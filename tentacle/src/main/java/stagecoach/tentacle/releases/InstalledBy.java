package stagecoach.tentacle.releases;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.trust.PrivateFiles;
import stagecoach.wire.StagecoachJson;

/**
 * Who has installed a version, and when last: two steps, or two projects, may install the same
 * package in the same place, and each of them counts its own releases.
 *
 * @param by {@code <project>/<step>} to when
 */
record InstalledBy(Map<String, Instant> by) {
    InstalledBy {
        by = Map.copyOf(by);
    }

    /** Nobody. */
    static InstalledBy nobody() {
        return new InstalledBy(Map.of());
    }

    /** The name of the step that a command is part of. */
    static String nameOf(CommandContext context) {
        return context.project() + context.step().map(step -> "/" + step).orElse("");
    }

    InstalledBy with(String who, Instant at) {
        var more = new TreeMap<>(by);
        more.put(who, at);
        return new InstalledBy(more);
    }

    InstalledBy without(String who) {
        var fewer = new TreeMap<>(by);
        fewer.remove(who);
        return new InstalledBy(fewer);
    }

    /** What a file says; nobody if there is none. */
    static InstalledBy read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return nobody();
        }
        try {
            return StagecoachJson.read(Files.readAllBytes(file), InstalledBy.class);
        } catch (UncheckedIOException e) {
            throw new IOException(
                    "%s cannot be read. Remove it, and the version that it is about if nobody needs it"
                            .formatted(file),
                    e);
        }
    }

    void write(Path file) throws IOException {
        PrivateFiles.write(file, StagecoachJson.bytes(this));
    }
}
