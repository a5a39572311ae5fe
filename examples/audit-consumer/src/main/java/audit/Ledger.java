package audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder with {@code deployments.csv} and {@code state.json}: the place in the events, and how
 * much of the CSV was written up to it. Whoever dies between the two has written rows that the
 * state does not know; they are cut off at the next start and come again. So each row is there
 * once, whenever a kill comes.
 */
final class Ledger implements AutoCloseable {
    private static final Duration UNSAVED_MAX = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is in {@code state.json}. */
    static final class State {
        /** By topic and partition: the offset to go on from. */
        public Map<String, Long> offsets = new TreeMap<>();

        /** Of the feed: the cursor to go on from. */
        public @Nullable String cursor;

        public Audit.Memory memory = new Audit.Memory();

        /** So many bytes of the CSV belong to this state. */
        public long csvBytes;
    }

    private final Path stateFile;
    private final FileChannel csv;

    /** Held as long as the CSV is open. */
    private final FileLock lock;

    private final State state;
    private final Audit audit;
    private boolean hasRows;
    private boolean hasEvents;
    private long savedAt = System.nanoTime();

    private Ledger(Path stateFile, FileChannel csv, FileLock lock, State state) {
        this.stateFile = stateFile;
        this.csv = csv;
        this.lock = lock;
        this.state = state;
        this.audit = new Audit(state.memory, note -> System.err.println("gap: " + note));
    }

    /** Opens the folder, or begins it. */
    static Ledger open(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("deployments.csv");
        FileChannel csv =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            @Nullable FileLock lock = csv.tryLock();
            if (lock == null) {
                throw new IOException(folder + " is in use by another audit; give each its own.");
            }
            Path stateFile = folder.resolve("state.json");
            @Nullable State before = read(stateFile);
            if (before != null && csv.size() < before.csvBytes) {
                throw new IOException(
                        "%s is shorter than when it was written. Put it back, or begin with an empty folder: all events that are kept will be read again."
                                .formatted(file));
            }
            var ledger = new Ledger(stateFile, csv, lock, before == null ? new State() : before);
            csv.truncate(ledger.state.csvBytes);
            csv.position(ledger.state.csvBytes);
            if (before == null) {
                ledger.write(Row.HEAD);
            }
            return ledger;
        } catch (IOException | OverlappingFileLockException e) {
            csv.close();
            throw e;
        }
    }

    private static @Nullable State read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(file), State.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Where to go on; whoever reads moves it on with {@link #take}. */
    State state() {
        return state;
    }

    /** Takes an event in; {@link #settle} makes it last. */
    void take(Event event) throws IOException {
        for (Row row : audit.take(event)) {
            System.out.print(row.csv());
            write(row);
        }
        hasEvents = true;
    }

    private void write(Row row) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(row.csv().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            csv.write(bytes);
        }
        hasRows = true;
    }

    /** Saves where we are, at once if there are new rows, else now and then. */
    void settle() throws IOException {
        boolean late = System.nanoTime() - savedAt > UNSAVED_MAX.toNanos();
        if (hasRows || (hasEvents && late)) {
            csv.force(true);
            state.csvBytes = csv.position();
            Path next = stateFile.resolveSibling("state.json.next");
            try (FileChannel out =
                    FileChannel.open(
                            next,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(state));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(
                    next,
                    stateFile,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            hasRows = false;
            hasEvents = false;
            savedAt = System.nanoTime();
        }
    }

    @Override
    public void close() throws IOException {
        lock.release();
        csv.close();
    }
}
