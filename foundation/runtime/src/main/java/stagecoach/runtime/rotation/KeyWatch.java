package stagecoach.runtime.rotation;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.sealing.KeyRing;

/**
 * Says so in the log, at start and after a change of the keys, when rows need a key that is gone.
 */
@Singleton
class KeyWatch {
    private static final Duration EVERY = Duration.ofSeconds(5);

    private final KeyReport report;
    private final SecretBox box;
    private final Rounds rounds = new Rounds("sealing keys", EVERY, this::look);

    private Optional<KeyRing> looked = Optional.empty();

    KeyWatch(KeyReport report, SecretBox box) {
        this.report = report;
        this.box = box;
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void look() {
        if (looked.equals(Optional.of(box.keys()))) {
            return;
        }
        KeyReport.Found found = report.look();
        found.problems().forEach(Log::error);
        Log.infof("Secrets are sealed with this key. key=%s", found.ring().current());
        looked = Optional.of(found.ring());
    }
}
