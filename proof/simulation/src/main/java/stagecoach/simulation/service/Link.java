package stagecoach.simulation.service;

import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.simulation.engine.Play;

/** One connection between a tentacle and the gateway: in order both ways, until it breaks. */
final class Link {
    private final Play play;
    private final Gateway gateway;
    private final Machine machine;
    private boolean open = true;
    private long upLastMillis;
    private long downLastMillis;

    /** The number of its session; 0 before it has begun. */
    long epoch;

    Link(Play play, Gateway gateway, Machine machine) {
        this.play = play;
        this.gateway = gateway;
        this.machine = machine;
    }

    boolean isOpen() {
        return open;
    }

    Machine machine() {
        return machine;
    }

    void up(TentacleFrame frame) {
        upLastMillis = Math.max(upLastMillis, play.time().millis() + play.delayMillis());
        play.time()
                .after(
                        upLastMillis - play.time().millis(),
                        () -> {
                            if (open) {
                                gateway.hears(this, frame);
                            }
                        });
    }

    void down(GatewayFrame frame) {
        downLastMillis = Math.max(downLastMillis, play.time().millis() + play.delayMillis());
        play.time()
                .after(
                        downLastMillis - play.time().millis(),
                        () -> {
                            if (open) {
                                machine.hears(this, frame);
                            }
                        });
    }

    /** It breaks; what is on its way is lost, and each side notices in its own time. */
    void cut() {
        if (open) {
            open = false;
            play.time().after(play.dice().between(1, 30_000), () -> gateway.lost(this));
            play.time().after(play.dice().between(1, 30_000), () -> machine.lost(this));
        }
    }
}
