package stagecoach.orchestrator.app.catalog.access;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Registers the key in {@code STAGECOACH_BOOTSTRAP_KEY_FILE} as {@code admin} where there is no key
 * at all, so that someone can make the others.
 */
@ApplicationScoped
class FirstKey {
    private static final Logger LOG = Logger.getLogger(FirstKey.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** As keys are minted here, with 256 random bits. */
    private static final Pattern MINTED = Pattern.compile("sc[-_][A-Za-z0-9_-]{43,}");

    private final UnitOfWork unitOfWork;
    private final ApiKeys keys;
    private final Clock clock;
    private final Optional<String> file;
    private @Nullable Thread waiting;

    FirstKey(
            UnitOfWork unitOfWork,
            ApiKeys keys,
            Clock clock,
            @ConfigProperty(name = "stagecoach.bootstrap.key.file") Optional<String> file) {
        this.unitOfWork = unitOfWork;
        this.keys = keys;
        this.clock = clock;
        this.file = file;
    }

    void onStart(@Observes StartupEvent started) {
        file.ifPresent(
                path ->
                        waiting =
                                Thread.ofVirtual()
                                        .name("first-key")
                                        .start(() -> registerOnceThereIsADatabase(path)));
    }

    void onStop(@Observes ShutdownEvent stopped) {
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    private void registerOnceThereIsADatabase(String path) {
        String key = read(path);
        while (true) {
            try {
                if (register(key)) {
                    LOG.infof("first API key registered id=admin file=%s", path);
                    if (!isStrong(key)) {
                        LOG.warnf(
                                "the first API key may be guessed: it should be sc_ and 43 or more random characters of A-Z a-z 0-9 _ -; make another one with ADMIN, and remove this one id=admin file=%s",
                                path);
                    }
                }
                return;
            } catch (TemporaryFailure away) {
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private boolean register(String key) {
        return unitOfWork.run(
                tx -> {
                    if (keys.any(tx)) {
                        return false;
                    }
                    keys.put(
                            tx,
                            new ApiKey(
                                    "admin",
                                    "admin",
                                    KeyCheck.sha256Of(key),
                                    List.of(Role.ADMIN),
                                    Optional.empty(),
                                    List.of()),
                            Cause.of(clock, Cause.SYSTEM));
                    return true;
                });
    }

    /**
     * Whether nobody can try it out: only its SHA-256 is kept, without salt, which is enough for
     * what is random, and too little for what a person made up.
     */
    static boolean isStrong(String key) {
        return MINTED.matcher(key).matches();
    }

    private static String read(String path) {
        try {
            String key = Files.readString(Path.of(path)).strip();
            if (key.length() < 32) {
                throw new IllegalStateException(
                        "%s holds no API key: it needs 32 or more characters".formatted(path));
            }
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "STAGECOACH_BOOTSTRAP_KEY_FILE cannot be read: " + path, e);
        }
    }
}
