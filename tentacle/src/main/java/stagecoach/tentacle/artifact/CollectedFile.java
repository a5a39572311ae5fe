package stagecoach.tentacle.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import stagecoach.contracts.agent.Artifact;
import stagecoach.vocabulary.identity.Digest;

/**
 * A copy that a script has made of a file to be kept: {@code scripts/<script>/artifacts/<number>}
 * with its {@code content}, and its {@code name} once it is whole. Scripts may write anything
 * there, so nothing is followed that leads elsewhere.
 *
 * @param key which one it is of its ticket's, also after a restart
 * @param name as the script has written it
 */
record CollectedFile(String key, String name, Path content) {
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,2}");
    private static final int NAME_BYTES_MAX = 4096;
    private static final int BUFFER_BYTES = 1 << 16;

    /** Those of all of a ticket's scripts, in the order in which each has collected its own. */
    static List<CollectedFile> of(Path ticketFolder) throws IOException {
        List<CollectedFile> files = new ArrayList<>();
        for (Path script : folders(ticketFolder.resolve("scripts"))) {
            List<Path> numbers = folders(script.resolve("artifacts"));
            numbers.removeIf(folder -> !NUMBER.matcher(nameOf(folder)).matches());
            numbers.sort(Comparator.comparingInt(folder -> Integer.parseInt(nameOf(folder))));
            for (Path folder : numbers) {
                Path name = folder.resolve("name");
                if (Files.isRegularFile(name, LinkOption.NOFOLLOW_LINKS)) {
                    files.add(
                            new CollectedFile(
                                    nameOf(script) + "/" + nameOf(folder),
                                    text(name),
                                    folder.resolve("content")));
                }
            }
        }
        return files;
    }

    private static List<Path> folders(Path parent) throws IOException {
        List<Path> folders = new ArrayList<>();
        if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
            return folders;
        }
        try (DirectoryStream<Path> listed =
                Files.newDirectoryStream(
                        parent, path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))) {
            listed.forEach(folders::add);
        } catch (NoSuchFileException gone) {
            return folders;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        folders.sort(Comparator.naturalOrder());
        return folders;
    }

    private static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static String text(Path name) throws IOException {
        try (InputStream in = Files.newInputStream(name, LinkOption.NOFOLLOW_LINKS)) {
            return new String(in.readNBytes(NAME_BYTES_MAX), StandardCharsets.UTF_8);
        }
    }

    /**
     * The bytes, from the beginning.
     *
     * @throws NotCollected unless it is a file
     */
    InputStream open() throws IOException, NotCollected {
        // A pipe would be waited for, and a link may lead anywhere.
        if (!Files.isRegularFile(content, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotCollected("it is no regular file.");
        }
        return Files.newInputStream(content, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Reads it, to know what it is.
     *
     * @param shown its name as people may see it
     * @param over whether there is no more time for it
     * @throws NotCollected if it is no file that is kept
     * @throws InterruptedException if its thread was interrupted
     */
    Artifact read(String shown, BooleanSupplier over)
            throws IOException, InterruptedException, NotCollected {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (InputStream in = open()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("asked to stop");
                }
                if (over.getAsBoolean()) {
                    throw new NotCollected("the time for it was over.");
                }
                sha256.update(buffer, 0, count);
                size += count;
                if (size > Artifact.BYTES_MAX) {
                    throw new NotCollected(
                            "it is larger than %d bytes, which is the most that is collected."
                                    .formatted(Artifact.BYTES_MAX));
                }
            }
        } catch (ClosedByInterruptException e) {
            // It closes the file, and leaves its mark on the thread.
            boolean _ = Thread.interrupted();
            InterruptedException interrupted = new InterruptedException("asked to stop");
            interrupted.initCause(e);
            throw interrupted;
        }
        return new Artifact(shown, size, new Digest(HexFormat.of().formatHex(sha256.digest())));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
