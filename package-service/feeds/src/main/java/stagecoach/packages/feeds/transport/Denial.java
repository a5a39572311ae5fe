package stagecoach.packages.feeds.transport;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What to do about a server that does not let us read, in words. */
final class Denial {
    private final FeedSettings settings;
    private final URI home;

    Denial(FeedSettings settings, URI home) {
        this.settings = settings;
        this.home = home;
    }

    /** Whether this status is one. */
    static boolean is(int status) {
        return status == 401 || status == 403 || status == 407;
    }

    /**
     * About an answer.
     *
     * @param from who gave it
     * @param own whether that is the feed's own server
     */
    String told(HttpResponse<?> response, URI from, boolean own) {
        String host = String.valueOf(from.getHost());
        int status = response.statusCode();
        if (!own) {
            return "%s, where it led to, refuses (%d); credentials go to %s only"
                    .formatted(host, status, home.getHost());
        }
        Set<String> schemes = schemes(response);
        if (status == 401 && !schemes.isEmpty() && !schemes.contains("basic")) {
            return "%s wants to be asked with %s, which is not known here. Make a token that it takes as Basic"
                    .formatted(host, String.join(" or ", schemes));
        }
        return settings.credentials()
                .map(
                        shown ->
                                "%s does not let the user \"%s\" read (%d). Renew the feed's credentials, or give that user the right to read"
                                        .formatted(host, shown.username(), status))
                .orElse(
                        "%s wants credentials (%d). Give the feed \"credentials\" with \"username\" and \"password\"; where it has tokens, the token is the password"
                                .formatted(host, status));
    }

    private static Set<String> schemes(HttpResponse<?> response) {
        return response.headers().allValues("WWW-Authenticate").stream()
                .map(value -> value.strip().split("[ ,]", 2)[0].toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
