package stagecoach.gateway.app.crowd;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How many may come at once, and how long they may take to say what they want. */
@ConfigMapping(prefix = "stagecoach.crowd")
public interface CrowdConfig {
    /** Connections of a port that have not shown what they are for. */
    @WithDefault("1024")
    int waitingMax();

    /** The same from one address; a proxy or a balancer may stand for many machines. */
    @WithDefault("512")
    int waitingOfOneMax();

    /** How soon the TLS handshake of a connection must be over. */
    @WithDefault("PT10S")
    Duration handshakeWithin();

    /** How soon after that the head of its first request must be there. */
    @WithDefault("PT10S")
    Duration headWithin();

    /** How long an enrolment may take, from the connection to the answer. */
    @WithDefault("PT30S")
    Duration enrolmentWithin();

    /** How long a connection for packages may wait between two requests. */
    @WithDefault("PT60S")
    Duration idleMax();
}
