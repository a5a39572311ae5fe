package stagecoach.tentacle.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.wire.StagecoachJson;

/**
 * A ticket's output as numbered chunks that never change, each on disk before anyone is told of it,
 * together with how far the script's own output was read: so a restarted tentacle goes on without a
 * gap and without a repeat.
 */
public final class OutputLog implements Closeable {
    /** The longest chunk, in bytes of its lines' JSON. */
    public static final int CHUNK_BYTES_MAX = 32 * 1024;

    /** How much of a ticket's output is passed on, in bytes of JSON. */
    public static final long BYTES_MAX = 64L * 1024 * 1024;

    /** With so many chunks waiting to be taken, small ones are no longer made. */
    private static final int WAITING_MAX = 8;

    private static final int REASON_LENGTH_MAX = 500;

    private static final String TOO_LONG =
            "The output is longer than %d MiB: what follows is not passed on, and not kept."
                    .formatted(BYTES_MAX >> 20);

    private static final String TOO_FAST =
            "The output came faster than it could be passed on: some is missing here, and what follows is not kept.";

    private final RecordFile file;
    private final Deque<RecordFile.Written> waiting = new ArrayDeque<>();
    private final Map<String, Long> marks = new HashMap<>();
    private final Map<String, String> lastErrors = new HashMap<>();
    private final List<OutputLine> pending = new ArrayList<>();
    private int pendingBytes;
    private long bytes;
    private long taken;
    private long written;
    private boolean full;

    private OutputLog(Path path) throws IOException {
        this.file = RecordFile.open(path, this::replay);
    }

    static OutputLog open(Path path) throws IOException {
        return new OutputLog(path);
    }

    /** What the file holds. */
    sealed interface OutputRecord {
        /**
         * A chunk, with what was known when it was made.
         *
         * @param marks how far each script's streams were read
         * @param lastErrors the last line of each script's error output
         */
        record Chunk(
                long chunk,
                List<OutputLine> lines,
                Map<String, Long> marks,
                Map<String, String> lastErrors)
                implements OutputRecord {}

        /** Chunks up to this one are safe elsewhere. */
        record Taken(long chunk) implements OutputRecord {}
    }

    private void replay(byte[] json, long position, int length) throws DamagedJournal {
        switch (parse(json)) {
            case OutputRecord.Chunk chunk -> {
                if (chunk.chunk() == written && !waiting.isEmpty()) {
                    // It was written again, since the disk had not said that it has it.
                    waiting.removeLast();
                }
                written = chunk.chunk();
                waiting.addLast(new RecordFile.Written(position, length));
                bytes += length;
                full |= chunk.lines().stream().anyMatch(OutputLog::saysThatItIsFull);
                marks.putAll(chunk.marks());
                lastErrors.putAll(chunk.lastErrors());
            }
            case OutputRecord.Taken upTo -> forget(upTo.chunk());
        }
    }

    private static boolean saysThatItIsFull(OutputLine line) {
        return line.stream() == OutputKind.INFO
                && (line.text().equals(TOO_LONG) || line.text().equals(TOO_FAST));
    }

    /** Whether no more is passed on; that has been said in a line. */
    public synchronized boolean isFull() {
        return full;
    }

    /** Passes on no more, since more has come than could be read, and says so in a line. */
    public synchronized void giveUpRest(Instant at) throws IOException {
        if (!full) {
            full(at, TOO_FAST);
        }
    }

    private void full(Instant at, String sentence) throws IOException {
        full = true;
        pending.add(new OutputLine(at, OutputKind.INFO, sentence));
        write();
    }

    /**
     * Adds a line of a script's output, masked already.
     *
     * @param script which of the ticket's scripts
     * @param offset how far its stream was read when this line had come
     */
    public synchronized void add(
            Instant at, String script, OutputKind stream, String text, long offset)
            throws IOException {
        if (stream == OutputKind.ERR && !text.isBlank()) {
            String line = text.strip();
            lastErrors.put(
                    script,
                    line.length() > REASON_LENGTH_MAX
                            ? line.substring(0, REASON_LENGTH_MAX) + "…"
                            : line);
        }
        add(new OutputLine(at, stream, text));
        marks.put(key(script, stream), offset);
    }

    /** Adds a line of Stagecoach's own, masked already. */
    public synchronized void info(Instant at, String text) throws IOException {
        add(new OutputLine(at, OutputKind.INFO, text));
    }

    private void add(OutputLine line) throws IOException {
        if (full) {
            return;
        }
        int size = StagecoachJson.bytes(line).length + 1;
        if (pendingBytes + size > CHUNK_BYTES_MAX - 2) {
            write();
        }
        if (bytes + pendingBytes + size > BYTES_MAX) {
            full(line.at(), TOO_LONG);
            return;
        }
        pending.add(line);
        pendingBytes += size;
    }

    /**
     * Makes a chunk of what has been added, unless many are waiting to be taken: then small ones
     * are spared.
     *
     * @return whether there is a new chunk
     */
    public synchronized boolean flush() throws IOException {
        if (pending.isEmpty() || waiting.size() >= WAITING_MAX) {
            return false;
        }
        write();
        return true;
    }

    /** Makes a chunk of whatever has been added. */
    public synchronized void finish() throws IOException {
        if (!pending.isEmpty()) {
            write();
        }
    }

    private void write() throws IOException {
        if (pending.isEmpty()) {
            return;
        }
        var chunk =
                new OutputRecord.Chunk(
                        written + 1,
                        List.copyOf(pending),
                        new LinkedHashMap<>(marks),
                        new LinkedHashMap<>(lastErrors));
        RecordFile.Written place = file.append(StagecoachJson.bytes(chunk));
        file.force();
        written = chunk.chunk();
        waiting.addLast(place);
        bytes += place.length();
        pending.clear();
        pendingBytes = 0;
    }

    /** The number of the newest chunk; 0 before the first. */
    public synchronized long written() {
        return written;
    }

    /** The number up to which chunks are safe elsewhere. */
    public synchronized long taken() {
        return taken;
    }

    /** Whether every line is safe elsewhere. */
    public synchronized boolean allTaken() {
        return pending.isEmpty() && taken == written;
    }

    /** Forgets chunks up to this one. */
    public synchronized void taken(long upTo) throws IOException {
        long known = Math.min(upTo, written);
        if (known > taken) {
            forget(known);
            file.append(StagecoachJson.bytes(new OutputRecord.Taken(known)));
        }
    }

    /** Gives up the chunks that are not taken, since they cannot be read, and says so in a line. */
    public synchronized void passOver(Instant at) throws IOException {
        taken(written);
        add(
                new OutputLine(
                        at,
                        OutputKind.INFO,
                        "Output before this line cannot be read on the machine any more, and is missing here."));
        write();
    }

    private void forget(long upTo) {
        while (taken < upTo && !waiting.isEmpty()) {
            waiting.removeFirst();
            taken++;
        }
        taken = Math.max(taken, upTo);
    }

    /** A chunk that is not taken yet, and its size in bytes of JSON; empty if there is none. */
    public synchronized Optional<Chunk> chunk(long number) throws IOException {
        RecordFile.@Nullable Written place = place(number);
        if (place == null) {
            return Optional.empty();
        }
        OutputRecord record = parse(file.read(place));
        if (record instanceof OutputRecord.Chunk chunk && chunk.chunk() == number) {
            return Optional.of(new Chunk(number, chunk.lines(), place.length()));
        }
        throw new DamagedJournal("chunk %d is not where it was".formatted(number));
    }

    private static OutputRecord parse(byte[] json) throws DamagedJournal {
        try {
            return StagecoachJson.read(json, OutputRecord.class);
        } catch (UncheckedIOException e) {
            throw new DamagedJournal("the output holds a record of an unknown kind", e);
        }
    }

    private RecordFile.@Nullable Written place(long number) {
        long index = number - taken - 1;
        if (index < 0 || index >= waiting.size()) {
            return null;
        }
        for (RecordFile.Written place : waiting) {
            if (index-- == 0) {
                return place;
            }
        }
        return null;
    }

    /** A numbered piece of output. */
    public record Chunk(long number, List<OutputLine> lines, int bytes) {
        /** Copies the lines. */
        public Chunk {
            lines = List.copyOf(lines);
        }
    }

    /** How far a script's stream was read into this log. */
    public synchronized long mark(String script, OutputKind stream) {
        return marks.getOrDefault(key(script, stream), 0L);
    }

    /** The last line of a script's error output that was not blank, shortened. */
    public synchronized Optional<String> lastError(String script) {
        return Optional.ofNullable(lastErrors.get(script));
    }

    private static String key(String script, OutputKind stream) {
        return script + "/" + stream;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
