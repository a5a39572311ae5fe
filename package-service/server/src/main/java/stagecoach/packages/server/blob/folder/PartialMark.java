package stagecoach.packages.server.blob.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Says of a download whose digest nobody knows yet what came of it, in a file beside it: a power
 * cut may leave other bytes there than were written, and nothing else would tell.
 *
 * @param tag by which its source knows the bytes
 * @param size how many of them are meant
 * @param digest of these
 */
record PartialMark(String tag, long size, Sha512 digest) {
    /** Of the file that is to be the mark, while it is being written. */
    static final String NEXT = ".next";

    /** The mark in a file; empty where there is none, or only a part of one. */
    static Optional<PartialMark> read(Path file) throws IOException {
        List<String> lines;
        try {
            lines = new String(Files.readAllBytes(file), UTF_8).lines().toList();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        boolean whole =
                lines.size() == 3
                        && lines.get(1).matches("\\d{1,18}")
                        && lines.get(2).matches("[0-9a-f]{%d}".formatted(2 * Sha512.LENGTH_BYTES));
        return whole
                ? Optional.of(
                        new PartialMark(
                                lines.get(0),
                                Long.parseLong(lines.get(1)),
                                new Sha512(lines.get(2))))
                : Optional.empty();
    }

    /** Puts it in the place of the one before it; after a power cut either of them is there. */
    void write(Path file) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + NEXT);
        ByteBuffer text = UTF_8.encode("%s\n%d\n%s\n".formatted(tag, size, digest.hex()));
        try {
            try (var channel = FileChannel.open(next, CREATE, TRUNCATE_EXISTING, WRITE)) {
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(next, file, ATOMIC_MOVE);
            FolderBlobStore.sync(file.resolveSibling("."));
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
    }
}
