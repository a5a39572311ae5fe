package stagecoach.cli.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the local default that runs on this computer, if the program has one to offer. */
@FunctionalInterface
public interface LocalDefault {
    /** No local default: the CLI is installed by itself. */
    LocalDefault NONE = Optional::empty;

    /** Where it answers, and the file that holds its admin key. */
    record Found(URI baseUrl, Path keyFile) {}

    /** The running local default; empty if none runs. */
    Optional<Found> find();
}
