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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.trust.PrivateFiles;
import stagecoach.wire.StagecoachJson;

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
    private int told;

    private final Reading reading;

    SecretOutputs(Path ticketFolder) {
        this(ticketFolder, SecretOutputs::read);
    }

    SecretOutputs(Path ticketFolder, Reading reading) {
        this.folder = ticketFolder.resolve(FOLDER);
        this.reading = reading;
    }

    /** Reads a value. */
    @FunctionalInterface
    interface Reading {
        /** Empty if the file holds none. */
        Optional<String> read(Path file) throws IOException;
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
        for (String file : files()) {
            if (file.startsWith(EVER) && !seen.contains(file)) {
                // One that cannot be read now must be hidden all the same, when it can.
                reading.read(folder.resolve(file)).ifPresent(values::add);
                seen.add(file);
            }
        }
        if (values.size() == told) {
            return List.of();
        }
        told = values.size();
        return List.copyOf(values);
    }

    /** The newest values by name. */
    Map<String, String> newest() throws IOException {
        Map<String, String> newest = new TreeMap<>();
        for (String file : files()) {
            if (file.matches(NAME)) {
                reading.read(folder.resolve(file)).ifPresent(value -> newest.put(file, value));
            }
        }
        return newest;
    }

    /**
     * An end with what must not be seen taken out of it.
     *
     * @param secrets the values that are passed on sealed, by the names that the result tells
     */
    record Settled(CommandResult result, Map<String, String> secrets) {}

    /** Told of what is not passed on as it was set. */
    @FunctionalInterface
    interface Teller {
        /** Adds a line to the output. */
        void info(String text) throws IOException;
    }

    /**
     * Sorts out what an end says plainly: what a script has set as sensitive is no plain output
     * also if another had set it so, and what holds a secret is passed on as one.
     */
    Settled settle(CommandResult ended, Masks masks, Teller teller) throws IOException {
        Map<String, String> sensitive = new TreeMap<>();
        if (ended.outcome() == CommandOutcome.EXITED) {
            sensitive.putAll(newest());
        }
        Map<String, String> plain = new LinkedHashMap<>();
        for (var output : ended.outputs().entrySet()) {
            if (masks.apply(output.getValue()).equals(output.getValue())) {
                plain.put(output.getKey(), output.getValue());
            } else if (sensitive.putIfAbsent(output.getKey(), output.getValue()) == null) {
                teller.info(
                        "The output variable %s holds a secret, so it is passed on as a sensitive one."
                                .formatted(output.getKey()));
            }
        }
        plain.keySet().removeAll(sensitive.keySet());
        Map<String, String> kept = within(sensitive, teller);
        return new Settled(ended.withOutputs(plain, List.copyOf(kept.keySet())), kept);
    }

    private static Map<String, String> within(Map<String, String> sensitive, Teller teller)
            throws IOException {
        Map<String, String> kept = new TreeMap<>();
        int bytes = 0;
        for (var each : sensitive.entrySet()) {
            int size = StagecoachJson.bytes(Map.of(each.getKey(), each.getValue())).length;
            if (bytes + size > BYTES_MAX) {
                teller.info(
                        "The sensitive output variable %s is left out: all of a step's together must not be longer than %d bytes."
                                .formatted(each.getKey(), BYTES_MAX));
                continue;
            }
            bytes += size;
            kept.put(each.getKey(), each.getValue());
        }
        return kept;
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
