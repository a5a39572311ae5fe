package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.cli.client.LocalDefault;
import stagecoach.local.launcher.supervisor.ControlClient;

/** Tells the commands where the local default of this checkout answers, if it runs. */
public final class RunningDefault implements LocalDefault {
    private final List<Path> folders;

    /** That of the first of these folders in which one runs. */
    public RunningDefault(Path... folders) {
        this.folders = List.of(folders);
    }

    @Override
    public Optional<Found> find() {
        return folders.stream().flatMap(folder -> in(folder).stream()).findFirst();
    }

    private static Optional<Found> in(Path folder) {
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
                : Optional.of(
                        new Found(
                                URI.create(baseUrl),
                                Path.of(keyFile),
                                Optional.ofNullable(facts.get("secretKeyFile")).map(Path::of)));
    }
}
