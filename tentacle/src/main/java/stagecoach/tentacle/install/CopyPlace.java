package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which folders may get a copy of what is installed: none that others, or we, need as it is. */
final class CopyPlace {
    /** What a disk has at its top, on any system. */
    private static final Set<String> OF_THE_SYSTEM =
            Set.of(
                    "applications",
                    "bin",
                    "etc",
                    "home",
                    "lib",
                    "lib32",
                    "lib64",
                    "library",
                    "media",
                    "mnt",
                    "opt",
                    "program files",
                    "program files (x86)",
                    "programdata",
                    "root",
                    "run",
                    "sbin",
                    "srv",
                    "tmp",
                    "users",
                    "usr",
                    "var");

    /** The same, where nothing below is anybody's own either. */
    private static final Set<String> WHOLLY_OF_THE_SYSTEM =
            Set.of("boot", "dev", "proc", "sys", "system", "windows");

    private static final Set<String> OF_VAR =
            Set.of("cache", "lib", "local", "lock", "log", "mail", "opt", "run", "spool", "tmp");

    private CopyPlace() {}

    /**
     * The folder that a command names for a copy, which need not be there yet.
     *
     * @param home the tentacle's own
     * @throws InstallFailed if it may get none
     */
    static Path of(Path home, VersionLink link, String named) throws InstallFailed, IOException {
        Path path;
        try {
            path = home.getFileSystem().getPath(named);
        } catch (InvalidPathException e) {
            throw refused(named, "is no path of this machine");
        }
        if (named.isBlank() || !path.isAbsolute()) {
            throw refused(named, "is not absolute");
        }
        for (Path segment : path) {
            if (segment.toString().equals("..")) {
                throw refused(named, "goes up with '..'");
            }
        }
        path = path.normalize();
        if (Files.isSymbolicLink(path)) {
            throw refused(named, "is a link; name the folder that it leads to");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(named, "is no folder");
        }
        for (Path spelled : List.of(path, real(path))) {
            checkWhose(named, spelled, home, link.directory());
        }
        return path;
    }

    private static void checkWhose(String named, Path path, Path home, Path installed)
            throws InstallFailed, IOException {
        if (path.getNameCount() == 0) {
            throw refused(named, "is the root of a disk");
        }
        if (isOfTheSystem(path)) {
            throw refused(named, "belongs to the system; name a folder of its own");
        }
        for (Path ours : List.of(home.toAbsolutePath().normalize(), home.toRealPath())) {
            if (ours.startsWith(path) || path.startsWith(ours)) {
                throw refused(named, "is, holds or lies in the tentacle's home " + ours);
            }
        }
        Path parent = installed.toAbsolutePath().getParent();
        if (parent == null) {
            return;
        }
        // A folder beside the install directory is fine, but not where its versions lie.
        for (Path beside : List.of(parent, real(parent))) {
            if (beside.startsWith(path)
                    || path.startsWith(beside.resolve(installed.getFileName()))
                    || path.startsWith(beside.resolve(VersionLink.BESIDE))) {
                throw refused(named, "is, holds or lies in the install directory " + installed);
            }
        }
    }

    private static boolean isOfTheSystem(Path path) {
        String first = path.getName(0).toString().toLowerCase(Locale.ROOT);
        int names = path.getNameCount();
        return WHOLLY_OF_THE_SYSTEM.contains(first)
                || (names == 1 && OF_THE_SYSTEM.contains(first))
                || (names == 2 && first.equals("usr"))
                || (names == 2 && first.equals("var") && OF_VAR.contains(path.getName(1) + ""));
    }

    /** The path without the links on its way, as far as it is there. */
    private static Path real(Path path) throws IOException {
        Path there = path;
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there.toRealPath().resolve(there.relativize(path)).normalize();
    }

    private static InstallFailed refused(String named, String why) {
        return new InstallFailed(
                "What is installed cannot be copied to '%s': it %s.".formatted(named, why));
    }
}
