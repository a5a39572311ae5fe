package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.util.Map;
import org.jboss.logging.Logger;
import stagecoach.contracts.internal.KeepOutputs;
import stagecoach.runtime.access.ServiceCalls;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Hands what scripts have set as sensitive to the step-runner, which seals it; nothing of it is
 * kept here. To be done before the end of the ticket is reported: who hears of the names finds the
 * values.
 */
@Singleton
class SensitiveOutputs {
    private static final Logger LOG = Logger.getLogger(SensitiveOutputs.class);

    private final ServiceCalls calls;
    private final String stepRunnerUrl;

    SensitiveOutputs(ServiceCalls calls, MailboxConfig config) {
        this.calls = calls;
        this.stepRunnerUrl = config.stepRunnerUrl();
    }

    /**
     * Keeps them there; repeatable.
     *
     * @throws TemporaryFailure if the step-runner does not take them now
     */
    void keep(Ticket ticket, Map<String, String> outputs) {
        try {
            var kept =
                    calls.post(
                            stepRunnerUrl,
                            KeepOutputs.PATH,
                            new KeepOutputs.Request(ticket, outputs),
                            KeepOutputs.Response.class);
            if (!kept.kept()) {
                LOG.infof("sensitive outputs of a ticket that is over ticket=%s", ticket);
            }
        } catch (ServiceCalls.Refused e) {
            LOG.warnf(
                    "sensitive outputs cannot be kept now ticket=%s status=%d", ticket, e.status());
            throw new TemporaryFailure("The step-runner does not take sensitive outputs.", e);
        }
    }
}
