package stagecoach.packages.feeds.transport;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.transport.FeedException.Kind;
import stagecoach.packages.feeds.transport.FeedSettings.Credentials;
import stagecoach.packages.server.pull.StallWatch;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.ServerUrl;

/**
 * Asks one feed's server. Redirects are followed to wherever they lead, but never from https to
 * http, nor further in than the feed is; credentials go to the scheme, host and port of the feed's
 * own URL and to nobody else.
 */
public final class FeedHttp {
    /** By this (RFC 9110, 7.6.3) a server sees that another of our kind asks, perhaps itself. */
    public static final String VIA = "1.1 stagecoach";

    private static final int REDIRECTS_MAX = 5;
    private static final int BUFFER_BYTES = 1 << 16;

    /** Somebody waits for a document. */
    private static final Duration ASKED_MAX = Duration.ofSeconds(3);

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final FeedSettings settings;
    private final FeedRules rules;
    private final NamedServers servers;
    private final ScheduledExecutorService clock;
    private final URI home;

    /** Asks the server of these settings. */
    public FeedHttp(
            FeedSettings settings,
            FeedRules rules,
            NamedServers servers,
            ScheduledExecutorService clock) {
        this.settings = settings;
        this.rules = rules;
        this.servers = servers;
        this.clock = clock;
        this.home = URI.create(settings.url());
    }

    /** The feed's own URL. */
    public URI home() {
        return home;
    }

    /** Whether another attempt may help after this status. */
    static boolean isTemporary(int status) {
        return TEMPORARY.contains(status);
    }

    /**
     * A document.
     *
     * @param at where redirects led to, by the server's name
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    public record Document(URI at, byte[] bytes) {}

    /** The document at {@code uri}; empty if there is none. */
    public Optional<byte[]> document(URI uri, String accept)
            throws FeedException, InterruptedException {
        return found(uri, accept).map(Document::bytes);
    }

    /** The same, with where it was found. */
    public Optional<Document> found(URI uri, String accept)
            throws FeedException, InterruptedException {
        var pauses = new Pauses(rules.documentBackoff(), ASKED_MAX);
        FeedException last = null;
        for (int attempt = 1; attempt <= rules.documentAttempts(); attempt++) {
            if (last != null) {
                pauses.take();
            }
            try (var answer = ask(uri, Map.of("Accept", accept, "Accept-Encoding", "gzip"))) {
                int status = answer.status();
                if (status == 200) {
                    return Optional.of(new Document(answer.uri(), read(answer)));
                }
                if (status == 404 || status == 410) {
                    return Optional.empty();
                }
                if (!isTemporary(status)) {
                    throw wrong("%s answered %d".formatted(answer.from(), status));
                }
                pauses.asked(answer.response());
                last = unreachable("%s answered %d".formatted(answer.from(), status), null);
            } catch (FeedException e) {
                if (e.kind() != Kind.UNREACHABLE) {
                    throw e;
                }
                last = e;
            } catch (IOException e) {
                last = unreachable("%s broke off: %s".formatted(uri.getHost(), told(e)), e);
            }
        }
        throw last == null ? unreachable("no attempt was allowed", null) : last;
    }

    /**
     * An answer that is neither a redirect nor a refusal; its body is still to be read.
     *
     * @param uri that was asked, by the server's name
     */
    record Answer(URI uri, HttpResponse<InputStream> response) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        String from() {
            return String.valueOf(uri.getHost());
        }

        @Override
        public void close() throws IOException {
            response.body().close();
        }
    }

    /** Asks, and goes where redirects lead. */
    Answer ask(URI uri, Map<String, String> headers) throws FeedException, InterruptedException {
        URI at = uri;
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            var answer = send(at, headers);
            if (!REDIRECTS.contains(answer.status())) {
                refuseDenial(answer);
                return answer;
            }
            at = redirected(answer);
        }
        throw wrong(
                "%s redirects more than %d times. Check the url"
                        .formatted(uri.getHost(), REDIRECTS_MAX));
    }

    private Answer send(URI uri, Map<String, String> headers)
            throws FeedException, InterruptedException {
        if (ServerUrl.leavesTls(home, uri)) {
            throw wrong(
                    "it is read by https and leads to %s, which is not; see whether a proxy in front of it hides from it how it is reached"
                            .formatted(uri));
        }
        if (uri.getHost() == null) {
            throw wrong("points to \"%s\", which is no URL".formatted(uri));
        }
        try {
            refuseFurtherIn(uri);
            return new Answer(
                    uri,
                    servers.ask(
                            uri,
                            (client, request) ->
                                    ServerAddresses.answer(client, with(headers, uri, request))));
        } catch (IllegalArgumentException e) {
            throw wrong("points to \"%s\", which is no URL".formatted(uri), e);
        } catch (ProtocolException e) {
            throw unreachable(
                    "%s does not answer as HTTP asks: %s"
                            .formatted(authority(uri), servers.onTheWay(uri, told(e))),
                    e);
        } catch (IOException e) {
            throw unreachable(
                    "%s cannot be reached: %s"
                            .formatted(authority(uri), servers.onTheWay(uri, told(e))),
                    e);
        }
    }

    private HttpRequest with(Map<String, String> headers, URI uri, HttpRequest.Builder request) {
        // It counts from before there is a connection.
        request.timeout(rules.connectMax().plus(rules.stallMax()));
        request.header("Via", VIA);
        headers.forEach(request::header);
        if (isOwn(uri)) {
            settings.credentials().ifPresent(c -> request.header("Authorization", basic(c)));
        }
        return request.GET().build();
    }

    private void refuseFurtherIn(URI uri) throws FeedException, IOException {
        Optional<String> there = servers.furtherIn(home, uri);
        if (there.isPresent()) {
            throw wrong(
                    "it leads to %s, where the feed itself is not; that is not followed. Give the feed an url at its own place in there, or see who answers for it. If feeds may lead there, name the host in STAGECOACH_FEED_INNER_HOSTS"
                            .formatted(there.get()));
        }
    }

    private URI redirected(Answer answer) throws FeedException {
        URI from = answer.uri();
        try (answer) {
            var location =
                    answer.response()
                            .headers()
                            .firstValue("Location")
                            .orElseThrow(() -> wrong("a redirect says not where to"));
            var next = from.resolve(location);
            if (!ServerUrl.isWeb(next)) {
                throw wrong("a redirect leads to \"%s\"".formatted(next));
            }
            if (ServerUrl.leavesTls(from, next)) {
                throw wrong(
                        "%s redirects from https to http, which is not followed"
                                .formatted(answer.from()));
            }
            return next;
        } catch (IllegalArgumentException e) {
            throw wrong("a redirect leads to no URL", e);
        } catch (IOException e) {
            throw unreachable("%s broke off".formatted(answer.from()), e);
        }
    }

    private boolean isOwn(URI uri) {
        return ServerUrl.isSameServer(home, uri);
    }

    private static String basic(Credentials credentials) {
        var pair = credentials.username() + ":" + credentials.password();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private void refuseDenial(Answer answer) throws FeedException {
        if (!Denial.is(answer.status())) {
            return;
        }
        try (answer) {
            throw new FeedException(
                    Kind.DENIED,
                    sentence(
                            answer.status() == HttpURLConnection.HTTP_PROXY_AUTH
                                    ? servers.unpaid(answer.uri())
                                    : new Denial(settings, home)
                                            .told(
                                                    answer.response(),
                                                    answer.uri(),
                                                    isOwn(answer.uri()))));
        } catch (IOException e) {
            throw unreachable("%s broke off".formatted(answer.from()), e);
        }
    }

    private byte[] read(Answer answer) throws IOException, FeedException {
        var body = answer.response().body();
        boolean packed =
                answer.response()
                        .headers()
                        .firstValue("Content-Encoding")
                        .filter("gzip"::equalsIgnoreCase)
                        .isPresent();
        byte[] raw;
        try (var watch = new StallWatch(body, rules.stallMax(), clock)) {
            try {
                raw = all(body, watch);
            } catch (IOException e) {
                throw watch.stalled() ? new IOException("it was silent for too long", e) : e;
            }
        }
        byte[] plain = packed ? unpacked(raw) : raw;
        if (plain.length > rules.documentBytesMax()) {
            throw wrong(
                    "%s sent a document of more than %d MB"
                            .formatted(answer.from(), rules.documentBytesMax() >> 20));
        }
        return plain;
    }

    /** All of it, or a byte more than is allowed. */
    private byte[] all(InputStream body, StallWatch watch) throws IOException {
        var read = new ByteArrayOutputStream();
        while (read.size() <= rules.documentBytesMax()) {
            byte[] some = body.readNBytes(BUFFER_BYTES);
            if (some.length == 0) {
                break;
            }
            watch.heard();
            read.write(some);
        }
        return read.toByteArray();
    }

    private byte[] unpacked(byte[] raw) throws IOException {
        try (var unzipping = new GZIPInputStream(new ByteArrayInputStream(raw))) {
            return unzipping.readNBytes(rules.documentBytesMax() + 1);
        }
    }

    /** That the feed answers what no feed answers. */
    public FeedException wrong(String what) {
        return wrong(what, null);
    }

    /** The same, for this reason. */
    public FeedException wrong(String what, @Nullable Throwable cause) {
        return new FeedException(Kind.WRONG, sentence(what), cause);
    }

    /** That the feed does not have it. */
    public FeedException missing(String what) {
        return new FeedException(Kind.MISSING, sentence(what));
    }

    /** That the feed does not answer, or not now. */
    public FeedException unreachable(String what, @Nullable Throwable cause) {
        return new FeedException(Kind.UNREACHABLE, sentence(what), cause);
    }

    private String sentence(String what) {
        return "feed \"%s\": %s.".formatted(settings.name(), what);
    }

    private static String authority(URI uri) {
        return uri.getPort() < 0 ? String.valueOf(uri.getHost()) : uri.getAuthority();
    }

    /** What went wrong with a connection, in words. */
    String told(Throwable failure) {
        return ConnectionTrouble.told(failure, rules);
    }
}
