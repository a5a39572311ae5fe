package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.LocalDefault;
import stagecoach.local.launcher.supervisor.ControlClient;

/** Tells the commands where the local default of this checkout answers, if it runs. */
public final class RunningDefault implements LocalDefault {
    private final Path folder;

    /** That of this folder. */
    public RunningDefault(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<Found> find() {
        try {
            Optional<ControlClient> control = ControlClient.find(folder);
            return control.isEmpty() ? Optional.empty() : found(control.get().status().facts());
        } catch (IOException e) {
            // It is starting or ending: nobody to talk to.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Found> found(Map<String, String> facts) {
        @Nullable String baseUrl = facts.get("baseUrl");
        @Nullable String keyFile = facts.get("adminKeyFile");
        return baseUrl == null || keyFile == null
                ? Optional.empty()
                : Optional.of(new Found(URI.create(baseUrl), Path.of(keyFile)));
    }
}
