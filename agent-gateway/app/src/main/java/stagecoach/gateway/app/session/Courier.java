package stagecoach.gateway.app.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.GatewayFrame.Cancel;
import stagecoach.gateway.app.mailbox.Capabilities;
import stagecoach.gateway.app.mailbox.Deliveries;
import stagecoach.gateway.app.mailbox.Dispatch;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.StoredMail;
import stagecoach.gateway.command.Cancellation;
import stagecoach.gateway.command.Stage.Ended;
import stagecoach.gateway.command.Stage.Pending;
import stagecoach.gateway.command.Stage.Sent;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Brings an agent's commands and cancels to its connection. A command is marked as sent, in the
 * newest session only, before it is: so it is never lost, and what comes twice is the same bytes.
 */
final class Courier {
    private static final Logger LOG = Logger.getLogger(Courier.class);
    private static final long LATER_MILLIS = 500;

    private final Session session;
    private final Mailbox mailbox;
    private final Dispatch dispatch;
    private final Deliveries deliveries;

    /**
     * What is marked as sent and was not: in an earlier session, or in this one because the
     * database did not answer whether it has marked it.
     */
    private final Set<Ticket> redeliver = new HashSet<>();

    /** Cancels of which the database did not answer whether they are marked as said. */
    private final Set<Ticket> sayAgain = new HashSet<>();

    private final AtomicInteger calls = new AtomicInteger();

    /** Whether something is tried again in a moment. */
    private final AtomicBoolean later = new AtomicBoolean();

    Courier(Session session, Mailbox mailbox, Dispatch dispatch, Deliveries deliveries) {
        this.session = session;
        this.mailbox = mailbox;
        this.dispatch = dispatch;
        this.deliveries = deliveries;
    }

    /** Begins with what must be sent again; called once, before the first {@link #wake}. */
    void begin(List<Ticket> sentBefore) {
        redeliver.addAll(sentBefore);
    }

    /** Something may wait. */
    void wake() {
        if (calls.getAndIncrement() == 0) {
            Thread.ofVirtual().name("courier " + session.agent()).start(this::run);
        }
    }

    /** Something waits by the tables, which say so again and again. */
    void remind() {
        if (!later.get() && calls.get() == 0) {
            wake();
        }
    }

    /** However often this is asked for meanwhile, there is one more try. */
    private void wakeLater() {
        if (later.compareAndSet(false, true)) {
            session.socket()
                    .later(
                            LATER_MILLIS,
                            () -> {
                                later.set(false);
                                // A round that goes on has begun after what failed.
                                session.remind();
                            });
        }
    }

    private void run() {
        int seen;
        do {
            seen = calls.get();
            try {
                boolean more = true;
                while (more && session.isOpen()) {
                    more = round();
                }
            } catch (TemporaryFailure e) {
                LOG.debugf("delivery waits agent=%s cause=%s", session.agent(), e);
                wakeLater();
            } catch (RuntimeException | Error e) {
                session.fail("delivery failed", e);
            }
        } while (!calls.compareAndSet(seen, 0));
    }

    /** One look at the mailbox; whether there may be more to do at once. */
    private boolean round() {
        List<StoredMail> waiting = dispatch.waiting(session.agent());
        List<StoredMail> toSend = new ArrayList<>(sentBefore());
        List<StoredMail> toCancel = new ArrayList<>();
        for (StoredMail stored : waiting) {
            if (stored.mail().stage() instanceof Pending) {
                toSend.add(stored);
            } else {
                toCancel.add(stored);
            }
        }
        toCancel.addAll(unsaid(toCancel));
        boolean cancelled = cancel(toCancel);
        // What needs nothing from the step-runner does not wait for it.
        var byNeed = toSend.stream().collect(Collectors.partitioningBy(Deliveries::needsPayload));
        boolean sentBare = send(byNeed.getOrDefault(false, List.of()));
        boolean sent = send(byNeed.getOrDefault(true, List.of()));
        // What comes meanwhile wakes us again.
        return waiting.size() == Dispatch.WAITING_MAX && (cancelled || sentBare || sent);
    }

    /** What must be sent again and still may be. */
    private List<StoredMail> sentBefore() {
        if (redeliver.isEmpty()) {
            return List.of();
        }
        List<StoredMail> again = new ArrayList<>();
        for (StoredMail stored : mailbox.find(redeliver)) {
            if (stored.mail().stage() instanceof Sent) {
                again.add(stored);
            } else {
                redeliver.remove(stored.ticket());
            }
        }
        return again;
    }

    /** Cancels that may be marked as said and were not; what has ended needs none. */
    private List<StoredMail> unsaid(List<StoredMail> waiting) {
        if (sayAgain.isEmpty()) {
            return List.of();
        }
        waiting.forEach(stored -> sayAgain.remove(stored.ticket()));
        List<StoredMail> again = new ArrayList<>();
        for (StoredMail stored : mailbox.find(sayAgain)) {
            if (stored.mail().stage() instanceof Ended) {
                sayAgain.remove(stored.ticket());
            } else {
                again.add(stored);
            }
        }
        return again;
    }

    private boolean cancel(List<StoredMail> mails) {
        boolean any = false;
        for (StoredMail stored : mails) {
            sayAgain.add(stored.ticket());
            if (dispatch.saying(session.agent(), session.epoch(), stored)) {
                stored.mail()
                        .cancellation()
                        .ifPresent(cancellation -> say(stored.ticket(), cancellation));
                any = true;
            }
            sayAgain.remove(stored.ticket());
        }
        return any;
    }

    /** Tells the tentacle to end a ticket. */
    void say(Ticket ticket, Cancellation cancellation) {
        var bounds = cancellation.bounds();
        session.send(new Cancel(ticket, bounds.killAfter(), bounds.abandonAfter()));
    }

    private boolean send(List<StoredMail> mails) {
        var beyond = Capabilities.beyond(session.greeting(), mails);
        boolean refused = refuse(beyond);
        return sendWithin(
                        mails.stream()
                                .filter(stored -> !beyond.containsKey(stored.ticket()))
                                .toList())
                || refused;
    }

    /** Only what the newest session's tentacle cannot do, nobody can. */
    private boolean refuse(Map<Ticket, String> reasons) {
        if (reasons.isEmpty()) {
            return false;
        }
        boolean done = dispatch.refusing(session.agent(), session.epoch(), reasons);
        if (done) {
            redeliver.removeAll(reasons.keySet());
        } else {
            wakeLater();
        }
        return done;
    }

    private boolean sendWithin(List<StoredMail> mails) {
        if (mails.isEmpty()) {
            return false;
        }
        Deliveries.Prepared prepared =
                deliveries.prepare(mails, session.thumbprint(), session.greeting());
        prepared.gone().forEach(mailbox::payloadGone);
        refuse(prepared.refused());
        redeliver.removeAll(prepared.gone());
        if (!prepared.later().isEmpty()) {
            wakeLater();
        }
        List<StoredMail> ready =
                mails.stream()
                        .filter(stored -> prepared.frames().containsKey(stored.ticket()))
                        .toList();
        // Until there is an answer nobody knows whether they are marked.
        ready.forEach(stored -> redeliver.add(stored.ticket()));
        List<StoredMail> mine = dispatch.sending(session.agent(), session.epoch(), ready);
        if (mine.size() < ready.size()) {
            // Something happened to them, or to the session: what that leaves is looked at again.
            wakeLater();
        }
        for (StoredMail stored : mine) {
            String frame = prepared.frames().get(stored.ticket());
            if (frame != null) {
                session.sending(stored);
                session.socket().sendLong(frame);
                redeliver.remove(stored.ticket());
            }
        }
        return !mine.isEmpty() || !prepared.gone().isEmpty();
    }
}
