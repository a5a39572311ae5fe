package stagecoach.packages.server.grant;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A permission to read one package.
 *
 * @param sha512 the package's content
 * @param reader who may read it
 * @param audience the server it may be read from: a cache's id, or {@link #CENTRAL}
 * @param expiresAt the first instant at which it is worth nothing any more, in whole seconds
 */
public record ReadGrant(Sha512 sha512, Reader reader, String audience, Instant expiresAt) {

    /** The audience that is the central package-service. No cache can have this id. */
    public static final String CENTRAL = "@central";

    /** Cuts the time to whole seconds. */
    public ReadGrant {
        expiresAt = expiresAt.truncatedTo(ChronoUnit.SECONDS);
    }
}
