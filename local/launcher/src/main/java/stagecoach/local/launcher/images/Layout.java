package stagecoach.local.launcher.images;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The folder that an image is built in: {@code java}, {@code files} and {@code volumes}, as the
 * Dockerfile takes them. Whatever this person's umask, others can read all of it, as the user of
 * the image has to.
 */
final class Layout {
    private final Path folder;

    /** In {@code folder}, which is made anew. */
    Layout(Path folder) throws IOException {
        this.folder = folder;
        delete(folder);
        Files.createDirectories(folder);
    }

    /** Lays out {@code image} with that Java, and the arguments that start it. */
    Path with(Image image, Path java, Path start) throws IOException {
        copy(java, folder.resolve("java"));
        copy(start, folder.resolve("files/opt/stagecoach/start"));
        for (Map.Entry<String, Path> each : image.files().entrySet()) {
            copy(each.getValue(), folder.resolve("files").resolve(each.getKey()));
        }
        open(Files.createDirectories(folder.resolve("volumes")));
        for (String volume : image.volumes()) {
            open(Files.createDirectories(folder.resolve("volumes").resolve(volume)));
        }
        return folder;
    }

    private void copy(Path from, Path to) throws IOException {
        for (Path at = Files.createDirectories(parent(to)); !at.equals(folder); at = parent(at)) {
            open(at);
        }
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes known)
                            throws IOException {
                        open(Files.createDirectories(to.resolve(from.relativize(at).toString())));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path at, BasicFileAttributes known)
                            throws IOException {
                        String below = from.relativize(at).toString();
                        Path copy = below.isEmpty() ? to : to.resolve(below);
                        boolean runs = Files.isExecutable(at);
                        Files.copy(at, copy, StandardCopyOption.REPLACE_EXISTING);
                        Files.setPosixFilePermissions(
                                copy,
                                PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static Path parent(Path of) throws IOException {
        Path parent = of.getParent();
        if (parent == null) {
            throw new IOException(of + " lies nowhere");
        }
        return parent;
    }

    private static void open(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Removes a folder, if it is there. */
    static void delete(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path at, BasicFileAttributes known)
                            throws IOException {
                        Files.delete(at);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path at, @Nullable IOException trouble) throws IOException {
                        if (trouble != null) {
                            throw trouble;
                        }
                        Files.delete(at);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
