package stagecoach.cli.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which server is meant: the option, then {@code STAGECOACH_URL}, then the running local
 * default.
 */
public final class Connection {
    private final Map<String, String> environment;
    private final LocalDefault localDefault;

    /** A decision by these environment variables and this local default. */
    public Connection(Map<String, String> environment, LocalDefault localDefault) {
        this.environment = Map.copyOf(environment);
        this.localDefault = localDefault;
    }

    /**
     * The client for the server that is meant.
     *
     * @param urlOption the {@code --url} option, if it was given
     * @throws Unreachable with a sentence if no server is named and none runs here
     */
    public ApiClient client(Optional<String> urlOption) {
        Optional<String> url = urlOption.or(() -> nonBlank("STAGECOACH_URL"));
        if (url.isPresent()) {
            return new ApiClient(uri(url.get()), key());
        }
        if (nonBlank("CI").isPresent()) {
            throw new Unreachable(
                    "no server is named, and with CI set the local default is not guessed\n  Set STAGECOACH_URL and STAGECOACH_API_KEY.");
        }
        var found =
                localDefault
                        .find()
                        .orElseThrow(
                                () ->
                                        new Unreachable(
                                                "no server is named, and none runs here\n  Run ./stagecoach up, or set STAGECOACH_URL."));
        return new ApiClient(
                found.baseUrl(), key().or(() -> Optional.of(contents(found.keyFile()))));
    }

    /** The file with the keys that secrets are sealed with, if the local default is meant. */
    public Optional<Path> secretKeyFile() {
        return nonBlank("STAGECOACH_URL").isPresent() || nonBlank("CI").isPresent()
                ? Optional.empty()
                : localDefault.find().flatMap(LocalDefault.Found::secretKeyFile);
    }

    private Optional<String> key() {
        return nonBlank("STAGECOACH_API_KEY")
                .or(() -> nonBlank("STAGECOACH_API_KEY_FILE").map(file -> contents(Path.of(file))));
    }

    private Optional<String> nonBlank(String name) {
        String value = environment.getOrDefault(name, "");
        return value.isBlank() ? Optional.empty() : Optional.of(value);
    }

    private static String contents(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new Unreachable(
                    "the API key file %s cannot be read: %s".formatted(file, e.getMessage()));
        }
    }

    private static URI uri(String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null
                    && uri.getScheme() != null
                    && uri.getScheme().startsWith("http")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new Unreachable("\"%s\" is no URL (%s)".formatted(text, e.getMessage()));
        }
        throw new Unreachable(
                "\"%s\" is no http or https URL, such as https://stagecoach.example"
                        .formatted(text));
    }
}
