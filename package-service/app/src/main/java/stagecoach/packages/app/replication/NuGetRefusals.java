package stagecoach.packages.app.replication;

import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.packages.feeds.transport.Pauses;
import stagecoach.trust.ServerUrl;

/**
 * What a NuGet server of others refuses, in words that say what to do.
 *
 * @param index its service index, as it is configured
 * @param name of the package that it is asked about
 * @param askedMax how long it is left alone at the most
 */
record NuGetRefusals(URI index, String name, NamedServers servers, Duration askedMax) {
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);

    /** What it is asked for. */
    enum Question {
        /** Where things are at it. */
        INDEX,
        /** Whether it has the package. */
        LOOK,
        /** To remove wrong bytes. */
        REMOVAL,
        /** To take the package. */
        PUSH
    }

    static boolean isTemporary(int status) {
        return TEMPORARY.contains(status);
    }

    /** The failure that an answer is. */
    CacheFailure of(URI at, HttpResponse<?> answer, Question question) {
        int status = answer.statusCode();
        if (status == HttpURLConnection.HTTP_PROXY_AUTH) {
            return new CacheFailure(false, servers.unpaid(at), null);
        }
        String why =
                switch (status) {
                    case 401, 403 ->
                            ServerUrl.isSameServer(index, at)
                                    ? "; put the cache again with credentials (apiKey, and username and password where it wants them) that may read and push"
                                    : "; user and password go to %s only, and the apiKey by https to where its own service index says: put the cache again with the url and the credentials for there"
                                            .formatted(index.getAuthority());
                    case 404, 405, 410 -> "; " + missing(at, question);
                    case 413 -> "; it takes no package of so many bytes";
                    case 507 -> "; its disk is full: make room there";
                    default -> "";
                };
        Duration after = Pauses.asked(answer, askedMax);
        String later =
                after.isZero()
                        ? ""
                        : "; it asks to be left alone for %d s".formatted(after.toSeconds());
        return CacheFailure.answered(
                isTemporary(status),
                "%s answered %d to %s%s%s"
                        .formatted(at.getHost(), status, words(question), why, later),
                after);
    }

    private String words(Question question) {
        return switch (question) {
            case INDEX -> "a question for its service index";
            case LOOK -> "a question for " + name;
            case REMOVAL -> "the removal of a wrong " + name;
            case PUSH -> "a push of " + name;
        };
    }

    private String missing(URI at, Question question) {
        return switch (question) {
            case INDEX ->
                    "there is none at %s: put the cache again with the url of its NuGet v3 service index, the one that NuGet clients are given as a source. A server that speaks only NuGet v2 has none and cannot be a cache"
                            .formatted(told(index) + index.getRawPath());
            case LOOK, REMOVAL -> "see what answers at " + told(at);
            case PUSH ->
                    "nobody takes packages at %s, where its service index sends pushes: see whether that feed may be pushed to, and whether a proxy before it lets PUT through, or put the cache again with the url of another feed"
                            .formatted(told(at));
        };
    }

    /** A server; where its index leads to may have a secret in its path. */
    private static String told(URI at) {
        return "%s://%s%s"
                .formatted(
                        at.getScheme(), at.getHost(), at.getPort() < 0 ? "" : ":" + at.getPort());
    }
}
