package stagecoach.runtime.access.browser;

import jakarta.ws.rs.core.Response;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;

/** Who has signed in: a service that has pages for browsers has a bean of this. */
public interface Visitors {
    /** The cookie that holds a session. */
    String COOKIE = "stagecoach-session";

    /**
     * The key with which a session was opened, while both are good; may block.
     *
     * @param session what the cookie holds
     */
    Optional<ApiKey> holder(String session);

    /**
     * The answer to whoever has not signed in.
     *
     * @param path what was asked for, with a slash at its start
     */
    Response stranger(String path);
}
