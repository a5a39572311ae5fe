package stagecoach.gateway.app.dialing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How machines that listen are dialled. */
@ConfigMapping(prefix = "stagecoach.dialing")
public interface DialConfig {
    /** How often it is looked for machines whose time has come. */
    @WithDefault("PT0.5S")
    Duration lookEvery();

    /** How often connections are compared with what is registered. */
    @WithDefault("PT1S")
    Duration compareEvery();

    /** Machines that are taken at one look at most. */
    @WithDefault("200")
    int atOneLook();

    /** Machines that are being dialled at the same time at most. */
    @WithDefault("256")
    int atOnce();

    /** How long a connection may take to stand, TLS and all. */
    @WithDefault("PT5S")
    Duration connectWithin();

    /** The pause after a session that did not last; it doubles, and half of it is chance. */
    @WithDefault("PT0.5S")
    Duration pauseFirst();

    /** The longest pause. */
    @WithDefault("PT30S")
    Duration pauseMax();

    /** A session that stood so long was a good one. */
    @WithDefault("PT10S")
    Duration lasting();
}
