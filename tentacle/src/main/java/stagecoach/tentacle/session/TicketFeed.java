package stagecoach.tentacle.session;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.OutputLog;

/**
 * What one session has said of one ticket, and what comes next: first that the work has begun, then
 * its output as far as the credit reaches, and its result when all output is safe.
 */
final class TicketFeed {
    private static final Logger LOG = LoggerFactory.getLogger(TicketFeed.class);

    /** How much output may be under way, in bytes of JSON. */
    static final long CREDIT_BYTES = 256L * 1024;

    private final LiveTicket live;
    private final long endedWaitMaxNanos;
    private final Deque<Sent> underWay = new ArrayDeque<>();
    private long underWayBytes;
    private long nextChunk;
    private long progressSaid = -1;
    private boolean startedSaid;
    private boolean endedSaid;
    private @Nullable Long allSentNanos;

    TicketFeed(LiveTicket live, Duration endedWaitMax) {
        this.live = live;
        this.endedWaitMaxNanos = endedWaitMax.toNanos();
        this.nextChunk = live.output().taken() + 1;
    }

    private record Sent(long chunk, int bytes) {}

    /** The gateway asked again: says all but the output once more. */
    void repeat() {
        startedSaid = false;
        endedSaid = false;
    }

    /** The next message that is not output, if there is one. */
    Optional<TentacleFrame> nextControl() throws IOException {
        if (!startedSaid && live.isStarted()) {
            startedSaid = true;
            return Optional.of(new TentacleFrame.Started(live.ticket()));
        }
        Optional<CommandResult> result = live.result();
        if (result.isPresent()) {
            if (endedSaid || !outputIsSafe()) {
                return Optional.empty();
            }
            endedSaid = true;
            return Optional.of(
                    new TentacleFrame.Ended(live.ticket(), result.get(), live.secrets()));
        }
        OptionalLong progress = live.progress();
        if (progress.isPresent() && progress.getAsLong() != progressSaid) {
            progressSaid = progress.getAsLong();
            return Optional.of(new TentacleFrame.Progress(live.ticket(), progressSaid));
        }
        return Optional.empty();
    }

    /**
     * A result may not overtake output; one that a gateway does not acknowledge is not held up for
     * ever.
     */
    private boolean outputIsSafe() {
        OutputLog output = live.output();
        if (output.allTaken()) {
            return true;
        }
        if (nextChunk <= output.written()) {
            return false;
        }
        if (allSentNanos == null) {
            allSentNanos = System.nanoTime();
        }
        return System.nanoTime() - allSentNanos >= endedWaitMaxNanos;
    }

    /** The next piece of output, if there is one and the credit reaches. */
    Optional<TentacleFrame> nextOutput() throws IOException {
        long taken = live.output().taken();
        while (!underWay.isEmpty() && underWay.getFirst().chunk() <= taken) {
            underWayBytes -= underWay.removeFirst().bytes();
        }
        nextChunk = Math.max(nextChunk, taken + 1);
        if (underWayBytes >= CREDIT_BYTES) {
            return Optional.empty();
        }
        Optional<OutputLog.Chunk> chunk;
        try {
            chunk = live.output().chunk(nextChunk);
        } catch (IOException e) {
            // One ticket's loss is not that of the machine, and its result is still worth telling.
            LOG.error("output cannot be read any more ticket={}", live.ticket(), e);
            live.output().passOver(live.now());
            return Optional.empty();
        }
        if (chunk.isEmpty()
                || (underWayBytes > 0 && underWayBytes + chunk.get().bytes() > CREDIT_BYTES)) {
            return Optional.empty();
        }
        underWay.addLast(new Sent(nextChunk, chunk.get().bytes()));
        underWayBytes += chunk.get().bytes();
        nextChunk++;
        return Optional.of(
                new TentacleFrame.Output(live.ticket(), chunk.get().number(), chunk.get().lines()));
    }
}
