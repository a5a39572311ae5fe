package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandPayload.Install;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.script.ScriptOutcome;

/** One installation on its way, for its behaviours. */
final class Installation {
    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);
    private static final String BEGUN = "begun";
    private static final String UNPACKED = "unpacked";
    private static final String COPYING = "copying";
    private static final String COPIED = "copied";
    private static final String UNDONE = "undone";

    private final LiveTicket live;
    private final InstallPackage command;
    private final Install payload;
    private final VersionLink link;
    private final Map<String, String> outputs = new LinkedHashMap<>();
    private final Optional<Instant> deadline;
    private Optional<Path> packageFile = Optional.empty();

    Installation(LiveTicket live, InstallPackage command, Install payload, VersionLink link)
            throws IOException {
        this.live = live;
        this.command = command;
        this.payload = payload;
        this.link = link;
        if (!hasReached(BEGUN)) {
            live.note(new JournalEntry.Reached(live.now(), BEGUN));
        }
        Instant begun = live.entries().getFirst().at();
        this.deadline = command.timeout().map(begun::plus);
    }

    LiveTicket live() {
        return live;
    }

    InstallPackage command() {
        return command;
    }

    Install payload() {
        return payload;
    }

    VersionLink link() {
        return link;
    }

    /** The new folder. */
    Path content() {
        return link.content();
    }

    /** When it is ended, if it has not by then. */
    Optional<Instant> deadline() {
        return deadline;
    }

    /** Output variables so far. */
    Map<String, String> outputs() {
        return outputs;
    }

    /** The verified package; empty when it is not needed any more. */
    Optional<Path> packageFile() {
        return packageFile;
    }

    void packageFile(Path file) {
        packageFile = Optional.of(file);
    }

    /** Whether the new folder is complete, with its variables put in. */
    boolean isUnpacked() {
        return hasReached(UNPACKED);
    }

    void unpacked() throws IOException {
        live.record(new JournalEntry.Reached(live.now(), UNPACKED));
    }

    /** Whether something may have changed where the copy goes. */
    boolean isCopying() {
        return hasReached(COPYING);
    }

    void copying() throws IOException {
        if (!isCopying()) {
            live.record(new JournalEntry.Reached(live.now(), COPYING));
        }
    }

    /** Whether the copy is complete. */
    boolean isCopied() {
        return hasReached(COPIED);
    }

    void copied() throws IOException {
        live.record(new JournalEntry.Reached(live.now(), COPIED));
    }

    /** Whether this version has left its place again: it never takes it any more. */
    boolean isUndone() {
        return hasReached(UNDONE);
    }

    void undone() throws IOException {
        live.record(new JournalEntry.Reached(live.now(), UNDONE));
    }

    private boolean hasReached(String point) {
        return live.entries().stream()
                .anyMatch(
                        entry ->
                                entry instanceof JournalEntry.Reached reached
                                        && reached.point().equals(point));
    }

    /** Adds a line to the output; on a full disk it waits, and comes with the end. */
    void tell(String words) {
        try {
            live.info(words);
        } catch (IOException e) {
            LOG.warn("a line of the output cannot be written yet ticket={}", live.ticket(), e);
        }
    }

    /** Whether its time is over. */
    boolean isOverTime() {
        return deadline.isPresent() && !live.now().isBefore(deadline.get());
    }

    /** Ends the installation if its time is over. */
    void checkTime() throws InstallFailed {
        if (isOverTime()) {
            throw new InstallFailed(ScriptOutcome.stopped(Cause.TIMEOUT, Optional.empty()));
        }
    }
}
