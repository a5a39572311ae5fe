package stagecoach.packages.app.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stagecoach.packages.app.mount.SharedFolder.NotUsable;
import stagecoach.vocabulary.identity.CacheId;

/**
 * By which a folder is known again: a file in it says whose it is. A mount point without its file
 * system has none, and that of a folder that is mounted in its stead says something else.
 *
 * @param id that no other folder has
 * @param cache that has written it
 */
record FolderMark(UUID id, CacheId cache) {
    /** The file, in the folder. */
    static final String FILE = "stagecoach-cache.txt";

    private static final int BYTES_MAX = 4096;
    private static final Pattern FIRST_LINE =
            Pattern.compile(
                    "stagecoach-cache ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\\S+)");

    /** What a folder says. */
    sealed interface Found {
        /** Nothing. */
        record None() implements Found {}

        /** An empty file: somebody has emptied the folder and means it. */
        record Blank() implements Found {}

        /** Whose it is. */
        record Of(FolderMark mark) implements Found {}
    }

    /**
     * Reads what a folder says.
     *
     * @throws NotUsable if it says nothing that can be understood
     */
    static Found in(Path root) throws IOException {
        Path file = root.resolve(FILE);
        byte[] bytes;
        try (var channel = Files.newByteChannel(file, Set.of(READ, NOFOLLOW_LINKS))) {
            bytes = Channels.newInputStream(channel).readNBytes(BYTES_MAX);
        } catch (NoSuchFileException none) {
            return new Found.None();
        }
        String text = new String(bytes, UTF_8).strip();
        if (text.isEmpty()) {
            return new Found.Blank();
        }
        Matcher first = FIRST_LINE.matcher(text.lines().findFirst().orElse(""));
        if (!first.matches()) {
            throw new NotUsable(
                    "%s does not say whose folder that is: remove the file if no cache uses it"
                            .formatted(file));
        }
        try {
            return new Found.Of(
                    new FolderMark(UUID.fromString(first.group(1)), new CacheId(first.group(2))));
        } catch (IllegalArgumentException e) {
            throw new NotUsable("%s names no cache: %s".formatted(file, e.getMessage()));
        }
    }

    /** Has a folder say it, whatever it said before; it does so even after a power cut. */
    void write(Path root) throws IOException {
        Path draft = root.resolve("." + FILE + "." + UUID.randomUUID());
        String text =
                """
                stagecoach-cache %s %s
                By this file the server knows that the folder is mounted. Leave it here.
                """
                        .formatted(id, cache);
        try {
            try (var channel = FileChannel.open(draft, CREATE_NEW, WRITE)) {
                ByteBuffer bytes = UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                SharedFolder.readable(draft, "rw-r--r--");
                channel.force(true);
            }
            Files.move(draft, root.resolve(FILE), ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        try (var folder = FileChannel.open(root, READ)) {
            folder.force(true);
        }
    }
}
