package stagecoach.packages.app.nuget;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.io.IOException;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** Takes packages out of searches and puts them back. Nothing is ever deleted by this. */
@Singleton
class Listings {
    private final PostgresIndex index;

    Listings(PostgresIndex index) {
        this.index = index;
    }

    /** Sets it, as often as one likes. Id and version may be spelled in any way. */
    void set(String id, String version, boolean listed) throws IOException {
        if (!known(id, version, listed)) {
            throw Rejection.notFound(
                    "The built-in feed has no package %s %s.".formatted(id, version));
        }
        Log.infof(
                "A package was %s. id=%s version=%s", listed ? "listed" : "unlisted", id, version);
    }

    private boolean known(String id, String version, boolean listed) throws IOException {
        try {
            return index.list(PackageId.parse(id), PackageVersion.parse(version), listed);
        } catch (IllegalArgumentException noSuchIdOrVersion) {
            return false;
        }
    }
}
