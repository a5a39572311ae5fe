package stagecoach.tentacle.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.TicketFolder;
import stagecoach.vocabulary.identity.Ticket;

/** A tentacle's folder as it is found, also while another process works in it. */
final class HomeFolder {
    /** A file's time and a process's are kept by different clocks. */
    private static final Duration CLOCKS_DIFFER_MAX = Duration.ofSeconds(2);

    private final Home home;

    private HomeFolder(Home home) {
        this.home = home;
    }

    /**
     * The folder at a path.
     *
     * @throws IOException in words, if there is none of a tentacle
     */
    static HomeFolder at(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new IOException(
                    "%s is no folder. A tentacle's home is made by its enrolment."
                            .formatted(path.toAbsolutePath()));
        }
        if (!Files.isReadable(path) || !Files.isExecutable(path)) {
            throw new IOException(
                    "%s belongs to %s and is readable by its owner only. Be that user: sudo -u %s …"
                            .formatted(
                                    path.toAbsolutePath(),
                                    Files.getOwner(path),
                                    Files.getOwner(path)));
        }
        if (!Files.exists(path.resolve("config.json"))) {
            throw new IOException(
                    "%s is not enrolled. Ask the server for an enrolment and run the command line that it gives."
                            .formatted(path.toAbsolutePath()));
        }
        return new HomeFolder(Home.existing(path));
    }

    Home home() {
        return home;
    }

    /** The process that works in the folder, if one does. */
    OptionalLong worker() throws IOException {
        Path lock = home.root().resolve("lock");
        if (!Files.exists(lock)) {
            return OptionalLong.empty();
        }
        String text = Files.readString(lock, StandardCharsets.US_ASCII).strip();
        if (!text.matches("[0-9]{1,18}")) {
            return OptionalLong.empty();
        }
        long pid = Long.parseLong(text);
        Instant written = Files.getLastModifiedTime(lock).toInstant();
        // A process that began after it was written has only got its number.
        return ProcessHandle.of(pid)
                        .filter(ProcessHandle::isAlive)
                        .filter(
                                process ->
                                        process.info()
                                                .startInstant()
                                                .map(
                                                        start ->
                                                                start.isBefore(
                                                                        written.plus(
                                                                                CLOCKS_DIFFER_MAX)))
                                                .orElse(true))
                        .isPresent()
                ? OptionalLong.of(pid)
                : OptionalLong.empty();
    }

    /**
     * A ticket that is not complete.
     *
     * @param accepted what came; empty if it cannot be read
     */
    record OpenTicket(String ticket, Optional<TicketFolder.Accepted> accepted) {}

    /** The tickets that are not complete, in the order of their arrival. */
    List<OpenTicket> openTickets() throws IOException {
        if (!Files.isDirectory(home.work())) {
            return List.of();
        }
        List<OpenTicket> open = new ArrayList<>();
        try (Stream<Path> listed = Files.list(home.work())) {
            for (Path path : listed.toList()) {
                Optional<Ticket> ticket = ticket(String.valueOf(path.getFileName()));
                if (ticket.isPresent()) {
                    open.add(new OpenTicket(ticket.get().toString(), accepted(path, ticket.get())));
                }
            }
        }
        open.sort(
                (one, other) ->
                        Long.compare(
                                one.accepted().map(TicketFolder.Accepted::order).orElse(0L),
                                other.accepted().map(TicketFolder.Accepted::order).orElse(0L)));
        return open;
    }

    private static Optional<Ticket> ticket(String name) {
        try {
            return Optional.of(Ticket.parse(name));
        } catch (IllegalArgumentException another) {
            return Optional.empty();
        }
    }

    private Optional<TicketFolder.Accepted> accepted(Path path, Ticket ticket) throws IOException {
        try {
            return Files.exists(home.root().resolve("journal.key"))
                    ? Optional.of(TicketFolder.accepted(path, ticket, home.vault()))
                    : Optional.empty();
        } catch (IOException endedMeanwhileOrDamaged) {
            return Optional.empty();
        }
    }

    /**
     * Packages that the machine holds.
     *
     * @param bytes of all of them
     */
    record Packages(long number, long bytes) {}

    Packages packages() throws IOException {
        long number = 0;
        long bytes = 0;
        if (Files.isDirectory(home.packages())) {
            try (Stream<Path> listed = Files.list(home.packages())) {
                for (Path file : listed.filter(Files::isRegularFile).toList()) {
                    if (String.valueOf(file.getFileName()).matches("[0-9a-f]{128}")) {
                        number++;
                        bytes += Files.size(file);
                    }
                }
            }
        }
        return new Packages(number, bytes);
    }
}
