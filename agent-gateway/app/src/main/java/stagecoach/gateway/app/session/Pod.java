package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.util.UUID;

/** This gateway process: a new one after each start. */
@Singleton
class Pod {
    private final UUID id = UUID.randomUUID();

    /** Its id in the tables. */
    UUID id() {
        return id;
    }
}
