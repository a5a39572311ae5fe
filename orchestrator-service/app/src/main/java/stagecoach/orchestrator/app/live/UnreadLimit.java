package stagecoach.orchestrator.app.live;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends the connection of whoever takes nothing of what is written to it. A stream waits for its
 * reader, so such a one costs little memory; but it would be kept, and looked for, for ever. One
 * that reads is never hit, for a stream says every few seconds that it lives.
 */
@Singleton
class UnreadLimit implements HttpServerOptionsCustomizer {
    private final Duration max;

    UnreadLimit(
            @ConfigProperty(name = "stagecoach.live.unread-max", defaultValue = "2m")
                    Duration max) {
        this.max = max;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        // In the unit of the other idle times, which Quarkus sets to milliseconds.
        options.setWriteIdleTimeout(Math.toIntExact(options.getIdleTimeoutUnit().convert(max)));
    }
}
