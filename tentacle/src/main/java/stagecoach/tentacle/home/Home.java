package stagecoach.tentacle.home;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import stagecoach.trust.Identity;
import stagecoach.trust.PrivateFiles;

/**
 * A tentacle's folder. All of it belongs to one tentacle and is readable by its owner only; what
 * lies in the sub-folders is the business of their owners.
 */
public final class Home {
    private static final String SETTINGS = "config.json";
    private static final String EPOCH = "epoch";

    /** Held as long as the process lives; what nobody holds the collector would close. */
    private static final Queue<FileChannel> OCCUPIED = new ConcurrentLinkedQueue<>();

    private final Path root;

    private Home(Path root) {
        this.root = root;
    }

    /** Opens the folder, which is created with mode 0700 if it is not there. */
    public static Home open(Path folder) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        PrivateFiles.createFolder(root);
        Home home = new Home(root.toRealPath());
        PrivateFiles.createFolder(home.work());
        PrivateFiles.createFolder(home.packages());
        PrivateFiles.createFolder(home.bin());
        return home;
    }

    /** A folder that is there; nothing is made or changed in it. */
    public static Home existing(Path folder) throws IOException {
        return new Home(folder.toRealPath());
    }

    /** The folder itself, absolute and without links. */
    public Path root() {
        return root;
    }

    /** One folder for each ticket. */
    public Path work() {
        return root.resolve("work");
    }

    /** Packages by their SHA-512. */
    public Path packages() {
        return root.resolve("packages");
    }

    /** What scripts can call. */
    public Path bin() {
        return root.resolve("bin");
    }

    /** What upgrades by command have brought; of scripts only, so that it outlives any program. */
    public Path upgrade() {
        return root.resolve("upgrade");
    }

    /** The tentacle's key and certificate, made when first asked for. */
    public Identity identity() throws IOException {
        return Identity.loadOrCreate(root.resolve("identity"), "stagecoach-tentacle");
    }

    /** The same, and the one that follows it while it is being renewed. */
    public Certificates certificates() throws IOException {
        return Certificates.in(root);
    }

    /** Where it is kept what the gateway has said of its certificates. */
    Path gatewayTrust() {
        return root.resolve("gateway-trust");
    }

    /** What encrypts commands on this machine's disk. */
    public Vault vault() throws IOException {
        return Vault.open(root.resolve("journal.key"));
    }

    /** What enrolment has settled; empty before that. */
    public Optional<Settings> settings() throws IOException {
        Path file = root.resolve(SETTINGS);
        return Files.exists(file) ? Optional.of(Settings.read(file)) : Optional.empty();
    }

    /** Keeps what enrolment has settled. What an earlier gateway has said counts no more. */
    public void enrolled(Settings settings) throws IOException {
        Files.deleteIfExists(root.resolve(EPOCH));
        Files.deleteIfExists(gatewayTrust());
        settings.write(root.resolve(SETTINGS));
    }

    /** Keeps what a person has changed of that. */
    public void configured(Settings settings) throws IOException {
        settings.write(root.resolve(SETTINGS));
    }

    /** The highest epoch that was ever obeyed; 0 before the first. */
    public long epoch() throws IOException {
        Path file = root.resolve(EPOCH);
        if (!Files.exists(file)) {
            return 0;
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "%s holds no number. Remove it to obey the gateway's next session."
                            .formatted(file),
                    e);
        }
    }

    /**
     * Keeps the highest epoch; on disk when this returns. It is written over the one before, always
     * in the same few bytes: a full disk has no room for another file, and a machine must be able
     * to say that it is full.
     */
    public void epoch(long epoch) throws IOException {
        Path file = root.resolve(EPOCH);
        byte[] line = "%020d\n".formatted(epoch).getBytes(StandardCharsets.US_ASCII);
        if (!Files.exists(file)) {
            PrivateFiles.write(file, line);
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(line);
            while (rest.hasRemaining()) {
                channel.write(rest, rest.position());
            }
            channel.force(true);
        }
    }

    /** Free bytes where the home lies. */
    public long freeBytes() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    /**
     * Makes this process the only one that works in the folder, until it ends, however it ends.
     *
     * @throws IOException naming the other process if there is one
     */
    public void occupy() throws IOException {
        Path file = root.resolve("lock");
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (!locked(channel)) {
            OptionalLong holder = readPid(channel);
            channel.close();
            throw new IOException(
                    "Another tentacle%s works in %s. Stop it first, or give this one a home of its own."
                            .formatted(
                                    holder.isPresent()
                                            ? " (process " + holder.getAsLong() + ")"
                                            : "",
                                    root));
        }
        OCCUPIED.add(channel);
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
                0);
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
            return lock != null;
        } catch (OverlappingFileLockException thisProcessHasIt) {
            return false;
        }
    }

    private static OptionalLong readPid(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(32);
        channel.read(bytes, 0);
        String text =
                new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
        return text.matches("[0-9]{1,18}")
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }
}
