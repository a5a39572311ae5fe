package stagecoach.tentacle.artifact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.ArtifactName;
import stagecoach.wire.StagecoachJson;

/**
 * Does other work, and behind it sends what its scripts have collected to the server; the result
 * names what is kept there. What the work came to is on disk before the first file is sent, and
 * each file that is kept is in the journal: the next process of this tentacle goes on with those
 * that are not, and does nothing again.
 */
public final class KeepArtifacts implements Work {
    private static final Logger LOG = LoggerFactory.getLogger(KeepArtifacts.class);
    private static final String KEPT = "kept ";
    private static final String CANCELLED = "it was cancelled meanwhile.";

    private final Shared shared;
    private final Work work;

    /**
     * What all of a machine's uploads share.
     *
     * @param identity whom the machine shows itself as, now
     * @param routes the ways to all servers
     */
    public record Shared(
            Settings settings,
            Supplier<Set<Thumbprint>> gateways,
            Supplier<Identity> identity,
            Routes routes,
            UploadRules rules) {}

    /** Keeps what the scripts of {@code work} collect. */
    public KeepArtifacts(Shared shared, Work work) {
        this.shared = shared;
        this.work = work;
    }

    /**
     * A file's place in the journal.
     *
     * @param file its {@link CollectedFile#key}
     */
    private record Kept(String file, Artifact artifact) {}

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        Optional<CommandResult> before = live.workResult();
        CommandResult result = before.isPresent() ? before.get() : work.perform(live);
        List<CollectedFile> files = CollectedFile.of(live.folder());
        if (files.isEmpty()) {
            return result;
        }
        return switch (result.outcome()) {
            case EXITED -> new Sending(live, new Patience.UntilCancelled()).all(files, result);
            case TIMED_OUT ->
                    new Sending(
                                    live,
                                    new Patience.AfterTimeOut(
                                            live.now().plus(shared.rules().givenUpAfterTimeOut())))
                            .all(files, result);
            case CANCELLED, EXPIRED, REFUSED, UNREACHED, ABANDONED, UNKNOWN -> {
                tell(
                        live,
                        "The files that the script has collected are not kept, since it did not come to its end.");
                yield result;
            }
        };
    }

    /** What is only told holds nothing up: on a full disk it waits, and comes with the end. */
    private static void tell(LiveTicket live, String words) {
        try {
            live.info(words);
        } catch (IOException e) {
            LOG.warn("a line of the output cannot be written yet ticket={}", live.ticket(), e);
        }
    }

    /** Puts something on disk. */
    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }

    /** How long files are sent. */
    private sealed interface Patience {
        /** Until somebody cancels, or the server is away for too long. */
        record UntilCancelled() implements Patience {}

        /** Until then at most: who was stopped already cannot be stopped once more. */
        record AfterTimeOut(Instant end) implements Patience {}
    }

    /** One ticket's uploads. */
    private final class Sending {
        private final LiveTicket live;
        private final Patience patience;
        private final Deque<Writing> unwritten = new ArrayDeque<>();
        private Optional<Instant> failingSince = Optional.empty();

        /** Whether the server was waited for in vain. */
        private boolean givenUp;

        Sending(LiveTicket live, Patience patience) {
            this.live = live;
            this.patience = patience;
        }

        CommandResult all(List<CollectedFile> files, CommandResult result)
                throws IOException, InterruptedException {
            if (live.workResult().isEmpty()) {
                boolean _ = writeDown(() -> live.workEnded(result));
            }
            Map<String, Artifact> before = before();
            List<Artifact> kept = new ArrayList<>();
            Optional<String> lost = Optional.empty();
            for (CollectedFile file : files) {
                Artifact known = before.get(file.key());
                if (known != null) {
                    kept.add(known);
                    continue;
                }
                String name = ArtifactName.of(live.masks().apply(file.name()));
                try {
                    if (files.indexOf(file) >= Artifact.COUNT_MAX) {
                        throw new NotCollected(
                                "a step may collect %d files.".formatted(Artifact.COUNT_MAX));
                    }
                    kept.add(one(file, name));
                } catch (NotCollected e) {
                    String words =
                            "The file %s that the script has collected is not kept: %s"
                                    .formatted(name, e.getMessage());
                    tell(live, words);
                    lost = lost.or(() -> Optional.of(words));
                }
            }
            return lost.filter(_ -> result.succeeded())
                    .map(words -> Results.failed(words).withOutputs(result.outputs(), List.of()))
                    .orElse(result)
                    .withArtifacts(kept);
        }

        /**
         * Writes down what only the next process would need, and what could not be written before.
         * Where the disk is full that must not change how the step ends, which is written until it
         * succeeds, nor keep back what makes room when it has been sent.
         */
        private boolean writeDown(Writing more) {
            unwritten.add(more);
            return catchUp();
        }

        private boolean catchUp() {
            try {
                for (Writing next = unwritten.peek(); next != null; next = unwritten.peek()) {
                    next.write();
                    unwritten.remove();
                }
                return true;
            } catch (IOException e) {
                LOG.warn("how far a step is cannot be written yet ticket={}", live.ticket(), e);
                return false;
            }
        }

        private Map<String, Artifact> before() {
            Map<String, Artifact> before = new HashMap<>();
            for (JournalEntry entry : live.entries()) {
                if (entry instanceof JournalEntry.Reached reached
                        && reached.point().startsWith(KEPT)) {
                    Kept kept =
                            StagecoachJson.read(
                                    reached.point().substring(KEPT.length()), Kept.class);
                    before.put(kept.file(), kept.artifact());
                }
            }
            return before;
        }

        private Artifact one(CollectedFile file, String name)
                throws InterruptedException, NotCollected {
            if (isCancelled()) {
                throw new NotCollected(CANCELLED);
            }
            if (isOver()) {
                throw new NotCollected("the time for it was over.");
            }
            Artifact artifact;
            try {
                artifact =
                        switch (patience) {
                            case Patience.UntilCancelled _ -> interruptibly(file, name);
                            case Patience.AfterTimeOut _ -> sent(file, name);
                        };
            } catch (IOException | UncheckedIOException e) {
                throw new NotCollected("it cannot be read, " + e.getMessage() + ".");
            }
            String point = KEPT + StagecoachJson.text(new Kept(file.key(), artifact));
            boolean isWritten =
                    writeDown(() -> live.record(new JournalEntry.Reached(live.now(), point)));
            // Its room is needed by others, and nobody reads it again.
            drop(file);
            if (!isWritten) {
                // Perhaps it was needed by that very record.
                boolean _ = catchUp();
            }
            tell(live, "The file %s is kept, %d bytes.".formatted(name, artifact.size()));
            return artifact;
        }

        private void drop(CollectedFile file) {
            try {
                Files.deleteIfExists(file.content());
            } catch (IOException e) {
                LOG.warn("a file that was sent stays for now ticket={}", live.ticket(), e);
            }
        }

        private Artifact sent(CollectedFile file, String name)
                throws IOException, InterruptedException, NotCollected {
            Artifact artifact = file.read(name, this::isOver);
            send(file, artifact);
            return artifact;
        }

        private Artifact interruptibly(CollectedFile file, String name)
                throws IOException, InterruptedException, NotCollected {
            try {
                return live.<Artifact, NotCollected>interruptibly(() -> sent(file, name));
            } catch (InterruptedException e) {
                if (live.stop().isEmpty()) {
                    throw e;
                }
                throw new NotCollected(CANCELLED);
            }
        }

        private boolean isCancelled() {
            return switch (patience) {
                case Patience.UntilCancelled _ -> live.stop().isPresent();
                case Patience.AfterTimeOut _ -> false;
            };
        }

        private boolean isOver() {
            return switch (patience) {
                case Patience.UntilCancelled _ -> false;
                case Patience.AfterTimeOut(Instant end) -> !live.now().isBefore(end);
            };
        }

        /** When one who has been failing since then is not waited for any more. */
        private Instant giveUpAt(Instant since) {
            return switch (patience) {
                case Patience.UntilCancelled _ -> since.plus(shared.rules().givenUpAfter());
                case Patience.AfterTimeOut(Instant end) -> end;
            };
        }

        private void send(CollectedFile file, Artifact artifact)
                throws InterruptedException, NotCollected {
            if (givenUp) {
                throw new NotCollected("the server could not be reached for the one before it.");
            }
            URI server =
                    shared.settings()
                            .bytes()
                            .orElseThrow(() -> new NotCollected(Settings.BYTES_UNKNOWN + "."));
            Duration pause = shared.rules().backoffFirst();
            while (true) {
                var upload =
                        new ArtifactUpload(
                                server,
                                shared.gateways(),
                                shared.routes(),
                                shared.rules(),
                                shared.identity().get());
                switch (upload.send(live.ticket(), file, artifact, this::isOver)) {
                    case ArtifactUpload.Try.Kept() -> {
                        failingSince = Optional.empty();
                        return;
                    }
                    case ArtifactUpload.Try.Later(String words) -> {
                        // What is lost for one file is not waited for again for the next one.
                        Instant since = failingSince.orElseGet(live::now);
                        failingSince = Optional.of(since);
                        if (live.now().plus(pause).isAfter(giveUpAt(since))) {
                            givenUp = true;
                            throw new NotCollected("%s, again and again.".formatted(words));
                        }
                        Thread.sleep(pause);
                        pause = pause.multipliedBy(2);
                        if (pause.compareTo(shared.rules().backoffMax()) > 0) {
                            pause = shared.rules().backoffMax();
                        }
                    }
                }
            }
        }
    }
}
