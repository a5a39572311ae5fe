package stagecoach.tentacle.journal;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.tentacle.home.Vault;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * One ticket's folder: the sealed command, the journal, the output. It is whole from the moment
 * that it has its name, and gone with its name.
 */
public final class TicketFolder implements Closeable {
    private static final String COMMAND = "command";
    private static final String JOURNAL = "journal";

    /** The file that the output is in. */
    static final String OUTPUT = "chunks";

    private static final String SCRIPTS = "scripts";
    private static final String MASKS = "sealed-masks";
    private static final String SECRETS = "sealed-outputs";
    private static final String WORK_RESULT = "sealed-result";

    private final Path path;
    private final Ticket ticket;
    private final Vault vault;
    private final Trash trash;
    private final RecordFile journal;
    private final List<JournalEntry> entries;

    private TicketFolder(
            Path path,
            Ticket ticket,
            Vault vault,
            Trash trash,
            RecordFile journal,
            List<JournalEntry> entries) {
        this.path = path;
        this.ticket = ticket;
        this.vault = vault;
        this.trash = trash;
        this.journal = journal;
        this.entries = new CopyOnWriteArrayList<>(entries);
    }

    /**
     * What came for a ticket.
     *
     * @param order rises from ticket to ticket
     */
    public record Accepted(Instant at, long order, Deliver delivered) {}

    /** Puts an accepted command on disk. */
    static TicketFolder create(Path work, Vault vault, Trash trash, Accepted accepted)
            throws IOException {
        Ticket ticket = accepted.delivered().command().ticket();
        Path path = work.resolve(ticket.toString());
        Path half = work.resolve("." + ticket + ".new");
        trash.throwAway(half);
        PrivateFiles.createFolder(half);
        for (String name : List.of(JOURNAL, OUTPUT)) {
            Files.createFile(half.resolve(name), PrivateFiles.fileMode(half.getFileSystem()));
        }
        // Makes the other names last, too: a ticket that lost its journal would begin again.
        PrivateFiles.write(
                half.resolve(COMMAND),
                vault.seal(StagecoachJson.bytes(accepted), ticket.toString()));
        // A delivery that failed behind its rename has left a folder of which nothing has begun.
        trash.throwAway(path);
        Files.move(half, path);
        PrivateFiles.syncFolder(work);
        return open(path, ticket, vault, trash);
    }

    /**
     * Opens a folder that is there.
     *
     * @throws DamagedJournal if its journal has lost records
     */
    static TicketFolder open(Path path, Ticket ticket, Vault vault, Trash trash)
            throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        RecordFile journal =
                RecordFile.open(
                        path.resolve(JOURNAL),
                        (json, position, length) -> entries.add(entry(path, json)));
        return new TicketFolder(path, ticket, vault, trash, journal, entries);
    }

    private static JournalEntry entry(Path path, byte[] json) throws DamagedJournal {
        try {
            return StagecoachJson.read(json, JournalEntry.class);
        } catch (UncheckedIOException e) {
            throw new DamagedJournal(
                    "the journal in %s holds a record of an unknown kind".formatted(path), e);
        }
    }

    /** Whose folder it is. */
    public Ticket ticket() {
        return ticket;
    }

    /** Where it lies. */
    public Path path() {
        return path;
    }

    /**
     * The command as it was accepted, with its secrets; read from disk each time.
     *
     * @throws DamagedJournal if it cannot be opened
     */
    public Accepted accepted() throws IOException {
        return accepted(path, ticket, vault);
    }

    /** The command in a folder, which another process may be at work in. */
    public static Accepted accepted(Path path, Ticket ticket, Vault vault) throws IOException {
        Path file = path.resolve(COMMAND);
        try {
            return StagecoachJson.read(
                    vault.open(Files.readAllBytes(file), ticket.toString()), Accepted.class);
        } catch (IOException | UncheckedIOException e) {
            throw new DamagedJournal("the command in %s cannot be read".formatted(file), e);
        }
    }

    /** Puts sensitive outputs on disk, sealed. */
    void keepSecrets(Map<String, String> secrets) throws IOException {
        PrivateFiles.write(
                path.resolve(SECRETS),
                vault.seal(StagecoachJson.bytes(secrets), SECRETS + ":" + ticket));
    }

    /**
     * The sensitive outputs that were put on disk.
     *
     * @throws DamagedJournal if they cannot be opened
     */
    Map<String, String> secrets() throws IOException {
        Path file = path.resolve(SECRETS);
        try {
            return StagecoachJson.mapper()
                    .readValue(
                            vault.open(Files.readAllBytes(file), SECRETS + ":" + ticket),
                            new TypeReference<Map<String, String>>() {});
        } catch (IOException e) {
            throw new DamagedJournal("the outputs in %s cannot be read".formatted(file), e);
        }
    }

    /** Puts texts on disk, sealed, that must be hidden besides those of the command. */
    void keepMasks(List<String> masks) throws IOException {
        PrivateFiles.write(
                path.resolve(MASKS), vault.seal(StagecoachJson.bytes(masks), MASKS + ":" + ticket));
    }

    /**
     * The texts that were put on disk to be hidden.
     *
     * @throws DamagedJournal if they cannot be opened
     */
    List<String> masks() throws IOException {
        Path file = path.resolve(MASKS);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return StagecoachJson.mapper()
                    .readValue(
                            vault.open(Files.readAllBytes(file), MASKS + ":" + ticket),
                            new TypeReference<List<String>>() {});
        } catch (IOException e) {
            throw new DamagedJournal("the masks in %s cannot be read".formatted(file), e);
        }
    }

    /** Puts on disk, sealed, what the work has come to while the ticket is still open. */
    void keepWorkResult(CommandResult result) throws IOException {
        PrivateFiles.write(
                path.resolve(WORK_RESULT),
                vault.seal(StagecoachJson.bytes(result), WORK_RESULT + ":" + ticket));
    }

    /**
     * What was put there.
     *
     * @throws DamagedJournal if it cannot be opened
     */
    Optional<CommandResult> workResult() throws IOException {
        Path file = path.resolve(WORK_RESULT);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    StagecoachJson.read(
                            vault.open(Files.readAllBytes(file), WORK_RESULT + ":" + ticket),
                            CommandResult.class));
        } catch (IOException | UncheckedIOException e) {
            throw new DamagedJournal("the result in %s cannot be read".formatted(file), e);
        }
    }

    /** What has happened so far. */
    public List<JournalEntry> entries() {
        return List.copyOf(entries);
    }

    /** How the work ended, if it has. */
    public Optional<CommandResult> result() {
        return entries.stream()
                .filter(JournalEntry.Ended.class::isInstance)
                .map(entry -> ((JournalEntry.Ended) entry).result())
                .findFirst();
    }

    /** Appends an entry; it outlasts a power cut when this returns. */
    public void record(JournalEntry entry) throws IOException {
        note(entry);
        journal.force();
    }

    /** Appends an entry that a power cut may take: the machine's restart says as much. */
    public void note(JournalEntry entry) throws IOException {
        journal.append(StagecoachJson.bytes(entry));
        entries.add(entry);
    }

    /**
     * Takes away what lies there unsealed and unmasked, and is not needed once the work has ended:
     * the scripts with their output, and the values that they set as sensitive.
     */
    void forgetPlain() {
        trash.discard(path.resolve(SecretOutputs.FOLDER));
        trash.discard(path.resolve(SCRIPTS));
    }

    /** Forgets the ticket. Whatever of it a crash leaves is removed at the next start. */
    void remove() throws IOException {
        close();
        trash.discard(path);
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
