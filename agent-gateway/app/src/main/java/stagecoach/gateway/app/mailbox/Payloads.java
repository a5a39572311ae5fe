package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.gateway.app.crowd.Gathering;
import stagecoach.runtime.access.ServiceCalls;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Payloads from the step-runner, asked for by many sessions and fetched in batches; none is kept.
 * One call is under way at a time: what is asked for meanwhile makes the next batch.
 */
@Singleton
class Payloads {
    private static final Logger LOG = Logger.getLogger(Payloads.class);
    private static final int BATCH_MAX = 100;

    private final ServiceCalls calls;
    private final String stepRunnerUrl;
    private final Gathering<Ticket, Optional<ReadPayloads.Entry>> asked =
            new Gathering<>("payloads", BATCH_MAX, this::fetch);

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
        return asked.joinAll(tickets).stream()
                .flatMap(Optional::stream)
                .collect(Collectors.toMap(ReadPayloads.Entry::ticket, entry -> entry));
    }

    /** A refusal concerns us and no single ticket: it passes, as an absence does. */
    private ReadPayloads.Response asked(ReadPayloads.Request request) {
        try {
            return calls.post(
                    stepRunnerUrl, ReadPayloads.PATH, request, ReadPayloads.Response.class);
        } catch (TemporaryFailure | ServiceCalls.Refused e) {
            LOG.warnf(
                    "payloads cannot be had now tickets=%d cause=%s", request.tickets().size(), e);
            throw e instanceof TemporaryFailure away
                    ? away
                    : new TemporaryFailure("The step-runner does not hand out payloads.", e);
        }
    }

    private List<Optional<ReadPayloads.Entry>> fetch(List<Ticket> tickets) {
        var request = new ReadPayloads.Request(tickets.stream().distinct().toList());
        Map<Ticket, ReadPayloads.Entry> found =
                asked(request).payloads().stream()
                        .collect(Collectors.toMap(ReadPayloads.Entry::ticket, entry -> entry));
        return tickets.stream().map(ticket -> Optional.ofNullable(found.get(ticket))).toList();
    }
}
