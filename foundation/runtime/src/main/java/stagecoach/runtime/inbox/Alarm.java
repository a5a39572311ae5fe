package stagecoach.runtime.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import stagecoach.decider.StreamId;

/** Is loud about what must not happen: events that are parked, and events that come too early. */
@Singleton
class Alarm {
    private final MeterRegistry meters;

    Alarm(MeterRegistry meters) {
        this.meters = meters;
    }

    void parked(String handler, StreamId stream, long version, String reason) {
        meters.counter("stagecoach.inbox.parked.events", "handler", handler).increment();
        Log.errorf(
                "An event is parked; later ones of its stream wait behind it. handler=%s stream=%s version=%d reason=%s",
                handler, stream, version, reason);
    }

    void fault(String handler, StreamId stream, Throwable failure) {
        Log.errorf(failure, "A handler failed for good. handler=%s stream=%s", handler, stream);
    }

    void undecodable(String handler, Throwable failure) {
        Log.warnf(
                "An event cannot be understood. handler=%s cause=%s", handler, failure.toString());
    }

    void gap(String handler, StreamId stream, long handled, long version) {
        meters.counter("stagecoach.inbox.early.events", "handler", handler).increment();
        Log.errorf(
                "An event came before an earlier one of its stream; it is kept until that comes, which is asked for after ten seconds. handler=%s stream=%s handled=%d version=%d",
                handler, stream, handled, version);
    }
}
