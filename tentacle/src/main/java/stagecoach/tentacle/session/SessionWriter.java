package stagecoach.tentacle.session;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.vocabulary.identity.Ticket;

/** Says what there is to say, what is short before what is long, until the session ends. */
final class SessionWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionWriter.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final GatewaySession session;
    private final GatewaySession.Party party;
    private final SessionRules rules;
    private final Set<Ticket> repeat = ConcurrentHashMap.newKeySet();
    private final Set<Ticket> answered = new HashSet<>();
    private final AtomicReference<@Nullable List<String>> trusted = new AtomicReference<>();
    private long removalsSaid;

    SessionWriter(GatewaySession session, GatewaySession.Party party, SessionRules rules) {
        this.session = session;
        this.party = party;
        this.rules = rules;
    }

    /** The gateway asked again: all but the output of this ticket is said once more. */
    void repeat(Ticket ticket) {
        repeat.add(ticket);
        party.news().ring();
    }

    /** Trusts from now on what the gateway at the other end has said, and says so, if it may. */
    void trust(SSLSession other, List<String> said) {
        try {
            if (party.gateways().take(other, said)) {
                trusted.set(said);
                party.news().ring();
            }
        } catch (IOException e) {
            // Who does not answer is told again in the next session, and is seen not to trust it.
            LOG.error("it cannot be kept which certificates of the gateway are to be trusted", e);
        }
    }

    @Override
    public void run() {
        Map<Ticket, TicketFeed> feeds = new HashMap<>();
        List<SourceLatency> latenciesTold = List.of();
        long nextHealth = System.nanoTime() + rules.healthEvery().toNanos();
        try {
            while (!session.isClosed()) {
                if (System.nanoTime() >= nextHealth) {
                    List<SourceLatency> now = party.desk().latencies();
                    boolean news = MachineHealth.isNews(now, latenciesTold);
                    session.send(MachineHealth.of(party, news ? now : List.of()));
                    latenciesTold = news ? now : latenciesTold;
                    nextHealth = System.nanoTime() + rules.healthEvery().toNanos();
                    session.lookAtCertificates();
                }
                sayTrust();
                sayRemovals();
                List<TicketFeed> open = feedsOfOpen(feeds);
                boolean said = sayControl(open);
                for (TicketFeed feed : open) {
                    Optional<TentacleFrame> output = feed.nextOutput();
                    if (output.isPresent()) {
                        session.send(output.get());
                        said = true;
                        sayControl(open);
                    }
                }
                if (!said) {
                    party.news().await(LOOK_AGAIN);
                }
            }
        } catch (SessionEnded e) {
            session.close(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            LOG.error("the session cannot go on", e);
            session.close("this machine failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.close("the tentacle ends");
        }
    }

    private void sayTrust() throws SessionEnded, InterruptedException {
        List<String> thumbprints = trusted.getAndSet(null);
        if (thumbprints != null) {
            session.send(new TentacleFrame.GatewayTrusted(thumbprints));
        }
    }

    /**
     * Before anybody can wonder why bytes come again; what is not taken is said with each health.
     */
    private void sayRemovals() throws SessionEnded, InterruptedException, IOException {
        long upTo = party.desk().removals().untoldUpTo(TentacleFrame.Health.REMOVALS_MAX);
        if (upTo > removalsSaid) {
            removalsSaid = upTo;
            session.send(MachineHealth.of(party, List.of()));
        }
    }

    private List<TicketFeed> feedsOfOpen(Map<Ticket, TicketFeed> feeds) {
        List<LiveTicket> open = party.desk().open();
        feeds.keySet().retainAll(open.stream().map(LiveTicket::ticket).toList());
        List<TicketFeed> result = new ArrayList<>();
        for (LiveTicket live : open) {
            TicketFeed feed =
                    feeds.computeIfAbsent(
                            live.ticket(), _ -> new TicketFeed(live, rules.endedWaitMax()));
            if (repeat.remove(live.ticket())) {
                feed.repeat();
            }
            result.add(feed);
        }
        return result;
    }

    private boolean sayControl(List<TicketFeed> open)
            throws SessionEnded, InterruptedException, IOException {
        boolean said = false;
        for (var answer : party.desk().answers().entrySet()) {
            boolean again = repeat.remove(answer.getKey());
            if (answered.add(answer.getKey()) || again) {
                session.send(new TentacleFrame.Ended(answer.getKey(), answer.getValue()));
                said = true;
            }
        }
        for (TicketFeed feed : open) {
            for (var frame = feed.nextControl(); frame.isPresent(); frame = feed.nextControl()) {
                session.send(frame.get());
                said = true;
            }
        }
        return said;
    }
}
