package stagecoach.gateway.app.enrolment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How machines are taken in. */
@ConfigMapping(prefix = "stagecoach.enrolment")
public interface EnrolmentConfig {
    /** The folder of the gateway's own key and certificate; made at the first start. */
    Path identity();

    /**
     * The folder of another key and certificate, made if there is none: the machines are told to
     * trust it as well, before it takes the place of the own one, and as long afterwards as some
     * process may still show the one before.
     */
    Optional<Path> identityAlso();

    /** The agent port as machines reach it: {@code https://host:port}. */
    String agentPublicUrl();

    /** The bytes port as machines reach it: {@code https://host:port}. */
    String bytesPublicUrl();

    /**
     * What starts the tentacle's program on a machine, as it is typed there; if it is not set, the
     * installer that comes with the tentacle enrols.
     */
    Optional<String> tentacleCommand();

    /** How long a token is good for if nothing else is asked for. */
    @WithDefault("PT1H")
    Duration validForDefault();

    /** The longest that a token may be good for. */
    @WithDefault("P7D")
    Duration validForMax();

    /** How long an enrolment waits for an environment, region or pool that was made just now. */
    @WithDefault("PT2S")
    Duration placesWaitMax();
}
