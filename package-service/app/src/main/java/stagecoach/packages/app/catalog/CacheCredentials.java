package stagecoach.packages.app.catalog;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a foreign server is shown.
 *
 * @param apiKey to push
 * @param username to read, and to push where the server asks for both
 * @param password the same
 */
public record CacheCredentials(
        Optional<String> apiKey, Optional<String> username, Optional<String> password) {
    /** None. */
    public static final CacheCredentials NONE =
            new CacheCredentials(Optional.empty(), Optional.empty(), Optional.empty());

    /** The value of the header {@code Authorization}, if there is a user. */
    public Optional<String> authorization() {
        return username.flatMap(
                user ->
                        password.map(
                                secret ->
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                (user + ":" + secret)
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8))));
    }

    /** Nothing secret. */
    @Override
    public String toString() {
        return "CacheCredentials[" + username.orElse("") + ", …]";
    }
}
