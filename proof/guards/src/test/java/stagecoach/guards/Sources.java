package stagecoach.guards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The source files of the whole project. */
final class Sources {
    private static final Set<String> NOT_SOURCE =
            Set.of("target", ".git", ".stagecoach", "node_modules");

    private Sources() {}

    /** The project's root: the nearest folder upwards that has the {@code stagecoach} script. */
    static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("stagecoach"))
                    && Files.isRegularFile(at.resolve("ARCHITECTURE.md"))) {
                return at;
            }
        }
        throw new IllegalStateException("the tests run outside the project");
    }

    /** Java files, main and test, as paths relative to the root. */
    static List<Path> java() {
        return files(path -> path.toString().endsWith(".java"));
    }

    /** Java files that are shipped. */
    static List<Path> mainJava() {
        return java().stream().filter(path -> path.toString().contains("/src/main/")).toList();
    }

    /** Java files of tests. */
    static List<Path> testJava() {
        return java().stream().filter(path -> path.toString().contains("/src/test/")).toList();
    }

    /** The files that {@code wanted} accepts, relative to the root. */
    static List<Path> files(Predicate<Path> wanted) {
        var found = new ArrayList<Path>();
        try {
            Files.walkFileTree(
                    root(),
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) {
                            boolean skip =
                                    NOT_SOURCE.contains(String.valueOf(folder.getFileName()));
                            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            Path relative = root().relativize(file);
                            if (wanted.test(relative)) {
                                found.add(relative);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream().sorted().toList();
    }

    /** The lines of a file given relative to the root. */
    static List<String> lines(Path relative) {
        try (Stream<String> lines = Files.lines(root().resolve(relative))) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file given relative to the root. */
    static String text(Path relative) {
        return String.join("\n", lines(relative));
    }
}
