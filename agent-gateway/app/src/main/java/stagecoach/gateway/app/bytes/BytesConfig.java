package stagecoach.gateway.app.bytes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;

/** Where package bytes come from and go to. */
@ConfigMapping(prefix = "stagecoach.bytes")
public interface BytesConfig {
    /** The port that tentacles read from. */
    int port();

    /** The address that it listens on. */
    String host();

    /** The package-service's inner base URL. */
    URI packageServiceUrl();

    /** Event loops that share the port. */
    @WithDefault("2")
    int acceptors();

    /** Reads from the package-service at once, for each event loop. */
    @WithDefault("256")
    int readsMax();

    /** The longest silence of the package-service in the middle of a read. */
    @WithDefault("PT1M")
    Duration silenceMax();

    /** Within this time at least {@link #uploadBytesMin} of a script's file must come. */
    @WithDefault("PT1M")
    Duration uploadPaceOver();

    /** What drips more slowly is ended; what the package-service does not take in time is not. */
    @WithDefault("65536")
    long uploadBytesMin();

    /** Files of scripts on their way to it at once, for each event loop; others wait. */
    @WithDefault("256")
    int artifactsMax();
}
