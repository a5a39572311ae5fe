package stagecoach.cli.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the local default that runs on this computer, if the program has one to offer. */
@FunctionalInterface
public interface LocalDefault {
    /** No local default: the CLI is installed by itself. */
    LocalDefault NONE = Optional::empty;

    /**
     * Where it answers, and its files.
     *
     * @param keyFile that with its admin key
     * @param secretKeyFile that with the keys that its services seal secrets with
     */
    record Found(URI baseUrl, Path keyFile, Optional<Path> secretKeyFile) {}

    /** The running local default; empty if none runs. */
    Optional<Found> find();
}
