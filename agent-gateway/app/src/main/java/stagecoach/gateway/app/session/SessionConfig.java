package stagecoach.gateway.app.session;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How sessions are held. */
@ConfigMapping(prefix = "stagecoach.agent")
public interface SessionConfig {
    /** The port that tentacles dial. */
    int port();

    /** The address that it listens on. */
    String host();

    /** Event loops that share the port. */
    @WithDefault("2")
    int acceptors();

    /** How soon a tentacle must say hello. */
    @WithDefault("PT10S")
    Duration helloWithin();

    /** How long a connection may be quiet before it is asked whether it lives. */
    @WithDefault("PT10S")
    Duration pingEvery();

    /** How long it may be quiet altogether. */
    @WithDefault("PT25S")
    Duration silenceMax();

    /** How long this process is taken for alive after it last said so. */
    @WithDefault("PT8S")
    Duration lease();

    /** How often it says so. */
    @WithDefault("PT1S")
    Duration leaseEvery();

    /**
     * How long after it last said so what it reads from Kafka is given to the others: at least
     * three times {@link #leaseEvery}, and less than Kafka itself would wait.
     */
    @WithDefault("PT3S")
    Duration takeOverAfter();

    /** How often its sessions are compared with the tables. */
    @WithDefault("PT2S")
    Duration compareEvery();

    /**
     * How long tentacles of a gateway process that stopped have to come back before they are called
     * unavailable; a little more than the longest pause between their tries.
     */
    @WithDefault("PT12S")
    Duration restartGrace();

    /** How often it is noted when each tentacle was last heard, and the room on its disk. */
    @WithDefault("PT1M")
    Duration seenEvery();

    /**
     * How often it is looked for commands that another gateway process took in without being able
     * to tell: the safety net.
     */
    @WithDefault("PT1S")
    Duration pollEvery();
}
