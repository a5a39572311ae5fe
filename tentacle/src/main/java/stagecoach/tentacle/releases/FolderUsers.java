package stagecoach.tentacle.releases;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.tentacle.journal.LiveTicket;

/**
 * Finds who uses an installed version: a process that works in it, was started from it or has a
 * file of it open (where there is {@code /proc}), and a command on this machine that names it.
 */
final class FolderUsers {
    private static final Path PROC = Path.of("/proc");

    private final Collection<LiveTicket> open;

    /**
     * @param open the commands on this machine; looked at anew each time
     */
    FolderUsers(Collection<LiveTicket> open) {
        this.open = open;
    }

    /**
     * One who uses it, in words.
     *
     * @param directory what the version is known by
     * @param contents the folders that it leads to, or has led to
     * @param asking the command that wants to know; it does not count
     */
    Optional<String> userOf(Path directory, List<Path> contents, LiveTicket asking)
            throws IOException {
        Optional<String> command = command(directory, contents, asking);
        return command.isPresent() ? command : process(directory, contents);
    }

    private Optional<String> command(Path directory, List<Path> contents, LiveTicket asking)
            throws IOException {
        Pattern named = name(directory);
        for (LiveTicket live : open) {
            if (live.ticket().equals(asking.ticket()) || live.result().isPresent()) {
                continue;
            }
            boolean installs =
                    contents.stream().anyMatch(content -> content.endsWith(folder(live, content)));
            if (installs || names(named, live)) {
                return Optional.of(
                        "a command of deployment %s uses it"
                                .formatted(live.command().context().deployment()));
            }
        }
        return Optional.empty();
    }

    private static String folder(LiveTicket live, Path content) {
        String name = String.valueOf(content.getFileName());
        return name.endsWith("-" + live.ticket()) ? name : "";
    }

    private static boolean names(Pattern named, LiveTicket live) throws IOException {
        Optional<CommandPayload> payload;
        try {
            payload = live.payload();
        } catch (IOException e) {
            if (!Files.exists(live.folder())) {
                // It has ended meanwhile.
                return false;
            }
            throw e;
        }
        return switch (payload.orElse(null)) {
            case null -> false;
            case CommandPayload.Script script ->
                    named.matcher(script.body()).find()
                            || script.variables().values().stream()
                                    .anyMatch(value -> named.matcher(value).find());
            case CommandPayload.Install install ->
                    install.variables().values().stream()
                            .anyMatch(value -> named.matcher(value).find());
            case CommandPayload.Http _ -> false;
        };
    }

    /** A path that does not go on as another version's name. */
    private static Pattern name(Path directory) {
        return Pattern.compile(Pattern.quote(directory.toString()) + "(?!\\.?[A-Za-z0-9+-])");
    }

    private static Optional<String> process(Path directory, List<Path> contents)
            throws IOException {
        if (!Files.isDirectory(PROC)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (uses(process, contents) || isStartedWith(process, directory, contents)) {
                    return Optional.of("process %s uses it".formatted(process.getFileName()));
                }
            }
            return Optional.empty();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean uses(Path process, List<Path> contents) {
        return leadsInto(process.resolve("cwd"), contents)
                || leadsInto(process.resolve("exe"), contents)
                || hasOpen(process.resolve("fd"), contents);
    }

    private static boolean hasOpen(Path descriptors, List<Path> contents) {
        try (DirectoryStream<Path> each = Files.newDirectoryStream(descriptors)) {
            for (Path descriptor : each) {
                if (leadsInto(descriptor, contents)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean leadsInto(Path link, List<Path> contents) {
        try {
            Path target = Files.readSymbolicLink(link);
            return contents.stream().anyMatch(target::startsWith);
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    private static boolean isStartedWith(Path process, Path directory, List<Path> contents) {
        String words;
        try {
            words = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException goneOrNotOurs) {
            return false;
        }
        return name(directory).matcher(words).find()
                || contents.stream().anyMatch(content -> words.contains(content.toString()));
    }
}
