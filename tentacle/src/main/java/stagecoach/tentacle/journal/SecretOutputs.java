package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import stagecoach.tentacle.trash.Trash;
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
    private static final String FOLDER = "secrets";

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
                values.add(read(folder.resolve(file)));
                any = true;
            }
        }
        return any ? List.copyOf(values) : List.of();
    }

    /** The newest values by name. */
    Map<String, String> newest() throws IOException {
        Map<String, String> newest = new TreeMap<>();
        for (String file : files()) {
            if (file.matches(NAME)) {
                newest.put(file, read(folder.resolve(file)));
            }
        }
        return newest;
    }

    /** Takes the plain values away. */
    void forget() throws IOException {
        Trash.delete(folder);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.map(file -> String.valueOf(file.getFileName())).toList();
        } catch (NoSuchFileException noScriptYet) {
            return List.of();
        }
    }

    private static String read(Path file) throws IOException {
        return StandardCharsets.UTF_8
                .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                .toString()
                .replace('\0', '\uFFFD');
    }
}
