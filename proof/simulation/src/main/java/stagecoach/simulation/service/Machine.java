package stagecoach.simulation.service;

import java.util.List;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Cancel;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.GatewayFrame.RemovalsTaken;
import stagecoach.contracts.agent.GatewayFrame.TrustGateway;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.simulation.draw.Scenario.MachineDraft;
import stagecoach.simulation.engine.Play;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Tag;

/** A machine: a tentacle that comes and goes, and its connection. */
final class Machine {
    private final Play play;
    private final Gateway gateway;
    private final AgentId agent;
    private final MachineDraft draft;
    private final Desk desk;
    private @Nullable Link link;
    private boolean present;
    private long linkBackMillis;
    private int life;

    Machine(Play play, Gateway gateway, AgentId agent, MachineDraft draft) {
        this.play = play;
        this.gateway = gateway;
        this.agent = agent;
        this.draft = draft;
        this.desk = new Desk(play, agent, draft, this::say);
    }

    AgentId agent() {
        return agent;
    }

    /** It is enrolled, and connects when its time has come. */
    void arrive() {
        gateway.enrol(agent, document());
        if (draft.comesAfterSeconds() >= 0) {
            play.time()
                    .after(
                            draft.comesAfterSeconds() * 1000,
                            () -> {
                                present = true;
                                desk.open();
                                dial();
                            });
        }
    }

    private ConfigurationDocument document() {
        var region = Shop.region(draft.region());
        return agent.target()
                .<ConfigurationDocument>map(
                        target ->
                                new ConfigurationDocument.Target(
                                        target,
                                        draft.id(),
                                        List.of(Shop.ENVIRONMENT),
                                        List.of(new Tag(draft.tag())),
                                        region,
                                        draft.disabled()))
                .orElseGet(
                        () ->
                                new ConfigurationDocument.Worker(
                                        agent.worker().orElseThrow(),
                                        draft.id(),
                                        List.of(Shop.POOL),
                                        region,
                                        draft.disabled()));
    }

    private void dial() {
        int mine = life;
        if (!present || (link != null && link.isOpen())) {
            return;
        }
        var attempt = new Link(play, gateway, this);
        if (play.time().millis() < linkBackMillis || !gateway.accepts(attempt)) {
            play.time()
                    .after(
                            play.dice().between(1000, 5000),
                            () -> {
                                if (mine == life) {
                                    dial();
                                }
                            });
            return;
        }
        link = attempt;
        attempt.up(new Hello(1, agent, "1.0", List.of("bash"), 1_000_000, desk.openTickets()));
    }

    /** Its connection is noticed to be gone. */
    void lost(Link gone) {
        if (gone == link) {
            link = null;
            desk.sessionEnds();
            dial();
        }
    }

    /** The network between it and the gateway is away for a while. */
    void loseLink(long seconds) {
        play.tale().tell(agent.value(), "has no connection for %d s".formatted(seconds));
        linkBackMillis = play.time().millis() + seconds * 1000;
        if (link != null) {
            link.cut();
        }
    }

    /** Its tentacle is killed; what it had started goes on. */
    void restart(long seconds) {
        if (!present) {
            return;
        }
        play.tale().tell(agent.value(), "its tentacle is killed, back in %d s".formatted(seconds));
        leave();
        play.time().after(seconds * 1000 + 200, () -> takeUp(false));
    }

    /** It loses power; so does what it had started. */
    void reboot(long seconds) {
        if (!present) {
            return;
        }
        play.tale().tell(agent.value(), "reboots, back in %d s".formatted(seconds));
        leave();
        desk.losePower();
        play.time().after(seconds * 1000 + 2000, () -> takeUp(true));
    }

    /** It loses power, and nobody switches it on again. */
    void stayAway() {
        if (!present) {
            return;
        }
        play.tale().tell(agent.value(), "goes down for good");
        play.laws().goneForGood(agent, play.time().millis());
        leave();
        desk.losePower();
    }

    private void leave() {
        present = false;
        life++;
        desk.leave();
        desk.sessionEnds();
        if (link != null) {
            link.cut();
            link = null;
        }
    }

    private void takeUp(boolean rebooted) {
        present = true;
        desk.takeUp(rebooted);
        dial();
    }

    /** A frame has arrived. */
    void hears(Link from, GatewayFrame frame) {
        if (!present || from != link) {
            return;
        }
        switch (frame) {
            case Welcome welcome -> {
                desk.tellAll();
                desk.sessionBegins(welcome.openTickets());
            }
            case Deliver delivered -> desk.deliver(delivered.command());
            case Cancel cancel -> desk.cancel(cancel);
            case Complete complete -> desk.complete(complete.ticket());
            case OutputTaken _ -> {}
            case RemovalsTaken _, TrustGateway _ -> {}
            case Goodbye _ -> {}
        }
    }

    private void say(TentacleFrame frame) {
        if (present && link != null && link.isOpen()) {
            link.up(frame);
        }
    }

    /** What it holds is removed to make room. */
    void losePackages() {
        desk.losePackages();
    }
}
