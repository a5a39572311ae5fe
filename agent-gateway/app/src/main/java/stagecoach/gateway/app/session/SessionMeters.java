package stagecoach.gateway.app.session;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import stagecoach.gateway.app.output.LogRelay;

/** What an operator watches of the agent port. */
@Singleton
class SessionMeters {
    private final MeterRegistry registry;
    private final Sessions sessions;
    private final LogRelay relay;

    SessionMeters(MeterRegistry registry, Sessions sessions, LogRelay relay) {
        this.registry = registry;
        this.sessions = sessions;
        this.relay = relay;
    }

    void start(@Observes StartupEvent event) {
        registry.gauge("stagecoach.gateway.sessions", sessions, Sessions::count);
        registry.gauge("stagecoach.gateway.output.waiting.bytes", relay, LogRelay::waitingBytes);
    }
}
