package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.runtime.access.ServiceCalls;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * Makes commands into frames: adds the payload or the grants, which are fetched for the occasion
 * and kept nowhere.
 */
@Singleton
public class Deliveries {
    private static final Logger LOG = Logger.getLogger(Deliveries.class);

    /** The longest message that a tentacle takes. */
    private static final int FRAME_MAX_BYTES = 4 * 1024 * 1024;

    private final Payloads payloads;
    private final ServiceCalls calls;
    private final String packageServiceUrl;

    Deliveries(Payloads payloads, ServiceCalls calls, MailboxConfig config) {
        this.payloads = payloads;
        this.calls = calls;
        this.packageServiceUrl = config.packageServiceUrl();
    }

    /**
     * What can be sent now.
     *
     * @param frames ready to be sent, as JSON, in the order of the commands
     * @param gone commands whose payload is gone, since their work has ended
     * @param refused commands that can never be sent, and why
     * @param later commands for which something could not be had now
     */
    public record Prepared(
            Map<Ticket, String> frames,
            Set<Ticket> gone,
            Map<Ticket, String> refused,
            Set<Ticket> later) {}

    /** Whether a command is delivered with a payload of the step-runner. */
    public static boolean needsPayload(StoredMail stored) {
        return payloadDigest(stored.command()).isPresent();
    }

    /**
     * Makes frames for a tentacle.
     *
     * @param thumbprint of the certificate that it shows
     * @param greeting what it said of itself
     */
    public Prepared prepare(
            List<StoredMail> mails, Thumbprint thumbprint, Optional<Hello> greeting) {
        var prepared =
                new Prepared(
                        new LinkedHashMap<>(),
                        new HashSet<>(),
                        new LinkedHashMap<>(),
                        new HashSet<>());
        Map<Ticket, ReadPayloads.Entry> found = payloadsOf(mails, prepared.later());
        for (StoredMail stored : mails) {
            if (prepared.later().contains(stored.ticket())) {
                continue;
            }
            AgentCommand command = Capabilities.within(greeting, stored.command());
            Optional<Digest> digest = payloadDigest(command);
            if (digest.isPresent()) {
                addWithPayload(
                        prepared, greeting, command, digest.get(), found.get(stored.ticket()));
            } else {
                deliver(command, thumbprint)
                        .ifPresentOrElse(
                                deliver -> add(prepared, deliver),
                                () -> prepared.later().add(stored.ticket()));
            }
        }
        return prepared;
    }

    private static void addWithPayload(
            Prepared prepared,
            Optional<Hello> greeting,
            AgentCommand command,
            Digest announced,
            ReadPayloads.@Nullable Entry entry) {
        if (entry == null) {
            prepared.gone().add(command.ticket());
        } else if (!entry.digest().equals(announced)) {
            LOG.errorf(
                    "a payload is not the one that was announced ticket=%s digest=%s",
                    command.ticket(), entry.digest());
            prepared.refused()
                    .put(
                            command.ticket(),
                            "Its payload is not the one that was announced; it was not sent.");
        } else {
            Capabilities.beyond(greeting, entry.payload())
                    .ifPresentOrElse(
                            why -> prepared.refused().put(command.ticket(), why),
                            () ->
                                    add(
                                            prepared,
                                            new Deliver(
                                                    command,
                                                    Optional.of(entry.payload()),
                                                    List.of())));
        }
    }

    private static void add(Prepared prepared, Deliver deliver) {
        Ticket ticket = deliver.command().ticket();
        String frame = StagecoachJson.text(deliver);
        int bytes = frame.getBytes(StandardCharsets.UTF_8).length;
        if (bytes <= FRAME_MAX_BYTES) {
            prepared.frames().put(ticket, frame);
        } else {
            prepared.refused()
                    .put(
                            ticket,
                            "The script and its variables have %d bytes together, more than the %d that a machine takes; put what is large into a package."
                                    .formatted(bytes, FRAME_MAX_BYTES));
        }
    }

    private Map<Ticket, ReadPayloads.Entry> payloadsOf(List<StoredMail> mails, Set<Ticket> later) {
        var tickets = new ArrayList<Ticket>();
        for (StoredMail stored : mails) {
            if (payloadDigest(stored.command()).isPresent()) {
                tickets.add(stored.ticket());
            }
        }
        if (tickets.isEmpty()) {
            return Map.of();
        }
        try {
            return payloads.read(tickets);
        } catch (TemporaryFailure | ServiceCalls.Refused e) {
            LOG.debugf("payloads are asked for later tickets=%d cause=%s", tickets.size(), e);
            later.addAll(tickets);
            return Map.of();
        }
    }

    /** Empty if its grants cannot be had now. */
    private Optional<Deliver> deliver(AgentCommand command, Thumbprint thumbprint) {
        if (!(command instanceof AcquirePackage acquire)) {
            return Optional.of(new Deliver(command, Optional.empty(), List.of()));
        }
        List<CacheId> caches =
                acquire.sources().stream().flatMap(source -> wantsGrant(source).stream()).toList();
        List<FeedId> feeds =
                acquire.sources().stream()
                        .filter(Source.Feed.class::isInstance)
                        .map(source -> ((Source.Feed) source).feed())
                        .toList();
        try {
            MintGrants.Response minted =
                    calls.post(
                            packageServiceUrl,
                            MintGrants.PATH,
                            new MintGrants.Request(
                                    acquire.pin().sha512(),
                                    thumbprint.value(),
                                    caches,
                                    Optional.of(acquire.agent()),
                                    feeds),
                            MintGrants.Response.class);
            return Optional.of(
                    new Deliver(
                            command,
                            Optional.empty(),
                            minted.grants(),
                            minted.needed(),
                            minted.feeds()));
        } catch (TemporaryFailure | ServiceCalls.Refused e) {
            LOG.warnf("grants cannot be had now ticket=%s cause=%s", command.ticket(), e);
            // Without caches and feeds it can be done all the same; it just removes nothing.
            return caches.isEmpty() && feeds.isEmpty()
                    ? Optional.of(new Deliver(command, Optional.empty(), List.of()))
                    : Optional.empty();
        }
    }

    private static Optional<CacheId> wantsGrant(Source source) {
        return switch (source) {
            case Source.Cache cache -> Optional.of(cache.cache());
            case Source.NuGet server -> Optional.of(server.cache());
            case Source.Folder _, Source.Feed _, Source.Server _ -> Optional.empty();
        };
    }

    private static Optional<Digest> payloadDigest(AgentCommand command) {
        return switch (command) {
            case RunScript script -> Optional.of(script.payloadDigest());
            case InstallPackage install -> Optional.of(install.payloadDigest());
            case CheckHttp check -> Optional.of(check.payloadDigest());
            case AcquirePackage _, CancelCommand _ -> Optional.empty();
        };
    }
}
