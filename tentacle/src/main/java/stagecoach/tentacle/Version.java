package stagecoach.tentacle;

import org.jspecify.annotations.Nullable;

/** Which tentacle this is. */
final class Version {
    private Version() {}

    /** The version in the jar's manifest; {@code dev} when run from classes. */
    static String current() {
        @Nullable String version = TentacleMain.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
