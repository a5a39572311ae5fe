package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.runtime.access.ServiceCalls;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Payloads from the step-runner, asked for by many sessions and fetched in batches; none is kept.
 * One call is under way at a time: what is asked for meanwhile makes the next batch.
 */
@Singleton
class Payloads {
    private static final Logger LOG = Logger.getLogger(Payloads.class);
    static final String PATH = "/internal/payloads";
    private static final int BATCH_MAX = 100;

    private final ServiceCalls calls;
    private final String stepRunnerUrl;
    private final Queue<Ask> asked = new ArrayDeque<>();
    private boolean fetching;

    private record Ask(Ticket ticket, CompletableFuture<Optional<ReadPayloads.Entry>> answer) {}

    Payloads(ServiceCalls calls, MailboxConfig config) {
        this.calls = calls;
        this.stepRunnerUrl = config.stepRunnerUrl();
    }

    /**
     * The payloads of {@code tickets}; one that is gone because its work has ended is left out.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if the step-runner does not answer
     */
    Map<Ticket, ReadPayloads.Entry> read(List<Ticket> tickets) {
        Map<Ticket, CompletableFuture<Optional<ReadPayloads.Entry>>> answers =
                new LinkedHashMap<>();
        synchronized (asked) {
            for (Ticket ticket : tickets) {
                var answer = new CompletableFuture<Optional<ReadPayloads.Entry>>();
                answers.put(ticket, answer);
                asked.add(new Ask(ticket, answer));
            }
            if (!fetching && !asked.isEmpty()) {
                fetching = true;
                Thread.ofVirtual().name("payloads").start(this::fetchAll);
            }
        }
        var found = new HashMap<Ticket, ReadPayloads.Entry>();
        for (var answer : answers.entrySet()) {
            joined(answer.getValue()).ifPresent(entry -> found.put(answer.getKey(), entry));
        }
        return found;
    }

    private static <T> T joined(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void fetchAll() {
        while (true) {
            List<Ask> batch = new ArrayList<>();
            synchronized (asked) {
                while (batch.size() < BATCH_MAX && !asked.isEmpty()) {
                    batch.add(asked.remove());
                }
                if (batch.isEmpty()) {
                    fetching = false;
                    return;
                }
            }
            fetch(batch);
        }
    }

    private void fetch(List<Ask> batch) {
        try {
            var found = new HashMap<Ticket, ReadPayloads.Entry>();
            List<Ticket> tickets = batch.stream().map(Ask::ticket).distinct().toList();
            calls.post(
                            stepRunnerUrl,
                            PATH,
                            new ReadPayloads.Request(tickets),
                            ReadPayloads.Response.class)
                    .payloads()
                    .forEach(entry -> found.put(entry.ticket(), entry));
            batch.forEach(
                    ask -> ask.answer().complete(Optional.ofNullable(found.get(ask.ticket()))));
        } catch (RuntimeException e) {
            // Each of those who asked gets it, and asks again later.
            LOG.warnf("payloads cannot be had now tickets=%d cause=%s", batch.size(), e);
            batch.forEach(ask -> ask.answer().completeExceptionally(e));
        }
    }
}
