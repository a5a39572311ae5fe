package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The files that a step names by patterns, to have variables put into them. */
final class NamedFiles {
    /** What is longer is no configuration file, in bytes. */
    static final long BYTES_MAX = 4L << 20;

    private static final Set<PosixFilePermission> NOT_FOR_SECRETS =
            Set.copyOf(PosixFilePermissions.fromString("----w-rwx"));

    private static final String ANY_FOLDERS = "**/";

    private NamedFiles() {}

    /**
     * The files in the new folder that a pattern names, sorted; the step's log says so if there are
     * none.
     *
     * @param field where the step has the pattern
     */
    static List<Path> of(Installation installation, String field, String glob)
            throws InstallFailed, IOException {
        Path content = installation.content();
        List<PathMatcher> matchers = matchers(content.getFileSystem(), field, glob);
        List<Path> files;
        try (Stream<Path> walked = Files.walk(content)) {
            files =
                    walked.filter(Files::isRegularFile)
                            .filter(file -> matchesAny(matchers, content.relativize(file)))
                            .sorted()
                            .toList();
        }
        if (files.isEmpty()) {
            installation
                    .live()
                    .info("%s '%s' matches no file of the package.".formatted(field, glob));
        }
        return files;
    }

    private static boolean matchesAny(List<PathMatcher> matchers, Path file) {
        return matchers.stream().anyMatch(matcher -> matcher.matches(file));
    }

    /** A leading or inner {@code **}{@code /} also stands for no folder at all. */
    static List<PathMatcher> matchers(FileSystem system, String field, String glob)
            throws InstallFailed {
        Set<String> spelled = new LinkedHashSet<>(List.of(glob.replace('\\', '/')));
        List<String> open = new ArrayList<>(spelled);
        while (!open.isEmpty()) {
            String next = open.removeLast();
            for (int at = next.indexOf(ANY_FOLDERS);
                    at >= 0;
                    at = next.indexOf(ANY_FOLDERS, at + 1)) {
                String shorter = next.substring(0, at) + next.substring(at + ANY_FOLDERS.length());
                if ((at == 0 || next.charAt(at - 1) == '/') && spelled.add(shorter)) {
                    open.add(shorter);
                }
            }
        }
        try {
            return spelled.stream().map(one -> system.getPathMatcher("glob:" + one)).toList();
        } catch (PatternSyntaxException e) {
            throw new InstallFailed(
                    "%s '%s' is no pattern of file names: %s."
                            .formatted(field, glob, e.getDescription()));
        }
    }

    /**
     * Sees that a file is not too long.
     *
     * @param shown its name, for people
     */
    static void checkSize(String field, Path shown, Path file) throws InstallFailed, IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new InstallFailed(
                    "%s names %s, which is longer than %d MiB. Name configuration files only."
                            .formatted(field, shown, BYTES_MAX >> 20));
        }
    }

    /**
     * Nothing for others and no writing for the group: 0640, or 0750 of a script; what is stricter
     * stays so. On Windows the folder's inherited rights hold.
     */
    static void keepFromOthers(Path file) throws IOException {
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            Set<PosixFilePermission> mode = view.readAttributes().permissions();
            if (mode.removeAll(NOT_FOR_SECRETS)) {
                view.setPermissions(mode);
            }
        }
    }
}
