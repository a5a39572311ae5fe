package stagecoach.tentacle.journal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import stagecoach.trust.PrivateFiles;

/**
 * The folder in which the scripts of a ticket leave what they set as sensitive: a file of a
 * variable's name has its newest value, {@code .was.…} each value that there ever was, so that all
 * of them can be hidden. They are plain until the ticket has ended, and readable by nobody else.
 */
public final class SecretOutputs {
    /** A message carries all of a step's together, and sealed rows keep them. */
    static final int BYTES_MAX = 128 * 1024;

    /** What the folder is called in a ticket's. */
    static final String FOLDER = "secrets";

    private static final String EVER = ".was.";
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_.-]{0,99}";

    private final Path folder;
    private final Set<String> seen = new HashSet<>();
    private final List<String> values = new ArrayList<>();

    SecretOutputs(Path ticketFolder) {
        this.folder = ticketFolder.resolve(FOLDER);
    }

    /** Makes the folder ready for a script. */
    public static void prepare(Path ticketFolder) throws IOException {
        PrivateFiles.createFolder(ticketFolder.resolve(FOLDER));
    }

    /**
     * All values that were ever set, if there are new ones since the last look; otherwise an empty
     * list.
     */
    synchronized List<String> news() throws IOException {
        boolean any = false;
        for (String file : files()) {
            if (file.startsWith(EVER) && seen.add(file)) {
                any |= read(folder.resolve(file)).map(values::add).orElse(false);
            }
        }
        return any ? List.copyOf(values) : List.of();
    }

    /** The newest values by name. */
    Map<String, String> newest() throws IOException {
        Map<String, String> newest = new TreeMap<>();
        for (String file : files()) {
            if (file.matches(NAME)) {
                read(folder.resolve(file)).ifPresent(value -> newest.put(file, value));
            }
        }
        return newest;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.map(file -> String.valueOf(file.getFileName())).toList();
        } catch (NoSuchFileException noScriptYet) {
            return List.of();
        }
    }

    /**
     * Scripts may write anything there: what is no file is no value, and of one that is too long to
     * be passed on no more is read than what shows that.
     */
    private static Optional<String> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(
                    StandardCharsets.UTF_8
                            .decode(ByteBuffer.wrap(in.readNBytes(BYTES_MAX + 1)))
                            .toString()
                            .replace('\0', '\uFFFD'));
        }
    }
}
