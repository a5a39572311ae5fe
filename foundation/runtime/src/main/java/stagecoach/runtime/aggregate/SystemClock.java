package stagecoach.runtime.aggregate;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The clock that everything is told the time by; a test may bring another one, and a trial may make
 * it wrong by what {@code stagecoach.clock.offset-file} says.
 */
class SystemClock {
    @Produces
    @Singleton
    @DefaultBean
    Clock clock(@ConfigProperty(name = "stagecoach.clock.offset-file") Optional<Path> offsetFile) {
        Clock right = Clock.systemUTC();
        return offsetFile.<Clock>map(file -> new WrongClock(right, file)).orElse(right);
    }
}
