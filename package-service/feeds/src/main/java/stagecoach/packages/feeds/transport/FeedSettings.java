package stagecoach.packages.feeds.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * Where a feed is, and how it is read.
 *
 * @param name as people call it
 * @param url of the service index (v3: it ends with {@code .json}), of the v2 service, or the path
 *     of a folder
 * @param downloadAttempts before a download is given up
 * @param downloadBackoff before the second attempt; it doubles, half of it chance
 */
public record FeedSettings(
        String name,
        Kind kind,
        String url,
        Optional<Credentials> credentials,
        int downloadAttempts,
        Duration downloadBackoff) {

    /** What answers there. */
    public enum Kind {
        /** A server that speaks NuGet's protocol, the third version or the second. */
        NUGET,
        /** A folder with packages, such as a mounted share. */
        FOLDER
    }

    /** Basic credentials; where a feed gives tokens, the token is the password. */
    public record Credentials(String username, String password) {
        /** Never the password. */
        @Override
        public String toString() {
            return "Credentials[" + username + ", …]";
        }
    }
}
