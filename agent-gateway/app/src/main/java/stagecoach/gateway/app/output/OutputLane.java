package stagecoach.gateway.app.output;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.vocabulary.identity.Ticket;

/**
 * The output of one session on its way to Kafka: batch after batch, each acknowledged before the
 * next, tried again while Kafka is away. A virtual thread exists only while there is something to
 * do.
 */
public final class OutputLane implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutputLane.class);
    private static final int BATCH_MAX = 64;
    private static final Duration ACK_MAX = Duration.ofSeconds(60);
    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);

    private final Function<List<LogEntry>, CompletionStage<Void>> publisher;
    private final AtomicLong allBytes;
    private final BiConsumer<Ticket, Long> taken;
    private final Runnable relieved;
    private final Consumer<Throwable> failed;

    private final Queue<Item> queue = new ArrayDeque<>();
    private boolean running;
    private boolean full;
    private volatile boolean closed;
    private long bytes;

    private sealed interface Item {
        /** What it occupies, about. */
        int bytes();

        record Entry(LogEntry entry, int bytes) implements Item {}

        record Afterwards(Runnable action, int bytes) implements Item {}
    }

    OutputLane(
            Function<List<LogEntry>, CompletionStage<Void>> publisher,
            AtomicLong allBytes,
            BiConsumer<Ticket, Long> taken,
            Runnable relieved,
            Consumer<Throwable> failed) {
        this.publisher = publisher;
        this.allBytes = allBytes;
        this.taken = taken;
        this.relieved = relieved;
        this.failed = failed;
    }

    /**
     * Takes an entry.
     *
     * @param size what it occupies, about
     */
    public void offer(LogEntry entry, int size) {
        add(new Item.Entry(entry, size));
    }

    /** Whether the lane should be given no more until it says that it is relieved. */
    public boolean isFull() {
        synchronized (queue) {
            return full;
        }
    }

    /**
     * Runs {@code action} once all that was offered before is safe; never if it is closed first.
     *
     * @param size what it keeps until then, about
     */
    public void afterwards(Runnable action, int size) {
        add(new Item.Afterwards(action, size));
    }

    private void add(Item item) {
        synchronized (queue) {
            if (closed) {
                return;
            }
            bytes += item.bytes();
            long all = allBytes.addAndGet(item.bytes());
            full = bytes > LogRelay.LANE_MAX_BYTES || all > LogRelay.ALL_MAX_BYTES;
            queue.add(item);
            if (!running) {
                running = true;
                Thread.ofVirtual().name("output").start(this::run);
            }
        }
    }

    private void run() {
        while (true) {
            List<LogEntry> batch = new ArrayList<>();
            long freed = 0;
            Runnable action = null;
            synchronized (queue) {
                while (batch.size() < BATCH_MAX && queue.peek() instanceof Item.Entry next) {
                    queue.remove();
                    batch.add(next.entry());
                    freed += next.bytes();
                }
                if (batch.isEmpty()) {
                    if (!(queue.poll() instanceof Item.Afterwards afterwards)) {
                        running = false;
                        return;
                    }
                    action = afterwards.action();
                    freed = afterwards.bytes();
                }
            }
            try {
                if (action != null) {
                    action.run();
                } else {
                    publish(batch);
                }
            } catch (RuntimeException | Error e) {
                failed.accept(e);
            }
            relieve(freed);
        }
    }

    private void relieve(long freed) {
        boolean relief;
        synchronized (queue) {
            bytes -= freed;
            allBytes.addAndGet(-freed);
            relief = full && bytes <= LogRelay.LANE_MAX_BYTES / 2;
            if (relief) {
                full = false;
            }
        }
        if (relief && !closed) {
            relieved.run();
        }
    }

    private void publish(List<LogEntry> batch) {
        while (!closed) {
            try {
                publisher
                        .apply(batch)
                        .toCompletableFuture()
                        .get(ACK_MAX.toMillis(), TimeUnit.MILLISECONDS);
                acknowledge(batch);
                return;
            } catch (ExecutionException | TimeoutException e) {
                // Kafka is away. The read side knows a chunk by its number, so a repeat is
                // harmless.
                LOG.warnf("output cannot be published now entries=%d cause=%s", batch.size(), e);
                LockSupport.parkNanos(AGAIN_AFTER.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void acknowledge(List<LogEntry> batch) {
        Map<Ticket, Long> upTo = new LinkedHashMap<>();
        for (LogEntry entry : batch) {
            switch (entry) {
                case LogEntry.Output output ->
                        upTo.merge(output.ticket(), output.chunk(), Math::max);
                case LogEntry.TransferProgress _ -> {}
            }
        }
        upTo.forEach(taken);
    }

    /** What was not published yet is dropped: it was not acknowledged, so it comes again. */
    @Override
    public void close() {
        synchronized (queue) {
            closed = true;
            for (Item item : queue) {
                bytes -= item.bytes();
                allBytes.addAndGet(-item.bytes());
            }
            queue.clear();
        }
    }
}
