package stagecoach.gateway.app.session;

import io.vertx.core.Context;
import io.vertx.core.http.WebSocketBase;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.mailbox.Deliveries;
import stagecoach.gateway.app.mailbox.Dispatch;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.output.LogRelay;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/** Where sessions begin, whichever side has dialled: from here on there is no difference. */
@Singleton
public class Reception {
    private final SessionConfig config;
    private final Session.Surroundings surroundings;
    private final Sessions sessions;
    private final Mailbox mailbox;
    private final Dispatch dispatch;
    private final Deliveries deliveries;

    Reception(
            SessionConfig config,
            Presence presence,
            Mailbox mailbox,
            Dispatch dispatch,
            Deliveries deliveries,
            LogRelay relay,
            Sessions sessions,
            Refusals refusals,
            GatewayIdentity identity) {
        this.config = config;
        this.surroundings =
                new Session.Surroundings(
                        presence, mailbox, sessions, relay, refusals, identity.trusted());
        this.sessions = sessions;
        this.mailbox = mailbox;
        this.dispatch = dispatch;
        this.deliveries = deliveries;
    }

    /** A session that was begun, for whoever has brought its connection. */
    public interface Visit {
        /** Ends it, with a word to the machine. */
        void end(String reason);
    }

    /**
     * How a session ended.
     *
     * @param comesBack whether the machine has ended it to begin another at once
     */
    public record End(String reason, boolean comesBack) {}

    /**
     * Begins a session with a machine that is trusted; called on the socket's event loop.
     *
     * @param shown its certificate
     * @param inside told once the machine was welcomed
     * @param gone told how it ended, after that is in the tables
     */
    public Visit begin(
            WebSocketBase socket,
            Context loop,
            AgentId agent,
            Thumbprint shown,
            Runnable inside,
            Consumer<End> gone) {
        var session =
                new Session(
                        new AgentSocket(socket, loop),
                        agent,
                        shown,
                        surroundings,
                        new Session.Guest() {
                            @Override
                            public void inside() {
                                inside.run();
                            }

                            @Override
                            public void gone(String why, boolean comesBack) {
                                gone.accept(new End(why, comesBack));
                            }
                        },
                        own -> new Courier(own, mailbox, dispatch, deliveries));
        session.listen();
        loop.owner()
                .setTimer(
                        config.helloWithin().toMillis(),
                        id -> {
                            if (session.isOpen() && !session.socket().greeted()) {
                                session.giveUp("It did not say hello.");
                            }
                        });
        return reason -> session.goodbye(reason, true);
    }

    /** Whether {@code agent} is connected to this process. */
    public boolean isHere(AgentId agent) {
        return sessions.of(agent).isPresent();
    }

    /** Whether no session begins any more. */
    public boolean isClosing() {
        return sessions.stopping();
    }
}
