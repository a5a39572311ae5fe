package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.transport.FeedException.Kind;
import stagecoach.packages.server.pull.StallWatch;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Brings one file from a feed, in several attempts if need be. It is gone on with by Range (RFC
 * 9110, 14) only where nothing else can be meant: the file has the same strong ETag still, or its
 * digest is known and will be compared.
 */
public final class FeedDownload {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Duration ASKED_MAX = Duration.ofMinutes(5);
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private final FeedHttp http;
    private final FeedSettings settings;
    private final FeedRules rules;
    private final ScheduledExecutorService clock;
    private final URI uri;
    private final Optional<Sha512> expected;
    private final PackageSink sink;
    private final Passage passage;

    private long giveUpAt;

    private @Nullable String etag;
    private long bytes;
    private long resumed;

    /**
     * Of the file at {@code uri}.
     *
     * @param expected the digest that it must have, if it is known
     * @param passage by which the bytes come
     */
    public FeedDownload(
            FeedHttp http,
            FeedSettings settings,
            FeedRules rules,
            ScheduledExecutorService clock,
            URI uri,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage) {
        this.http = http;
        this.settings = settings;
        this.rules = rules;
        this.clock = clock;
        this.uri = uri;
        this.expected = expected;
        this.sink = sink;
        this.passage = passage;
        this.giveUpAt = System.nanoTime() + rules.totalMax().toNanos();
    }

    private boolean isLate() {
        return System.nanoTime() - giveUpAt > 0;
    }

    /**
     * Brings it, or says why it cannot be had.
     *
     * @throws IOException if the sink fails
     */
    public Fetched run() throws FeedException, IOException, InterruptedException {
        if (expected.isPresent()) {
            sink.expect(expected.get());
        } else {
            sink.from(uri);
            etag = sink.tag().orElse(null);
        }
        var pauses = new Pauses(settings.downloadBackoff(), ASKED_MAX);
        for (int attempt = 1; ; attempt++) {
            var problem = attempt(pauses);
            if (problem.isEmpty()) {
                return new Fetched(bytes, resumed, attempt, expected.isPresent());
            }
            if (attempt >= settings.downloadAttempts() || isLate()) {
                throw new FeedException(
                        problem.get().kind(),
                        "%s It was tried %d times.".formatted(problem.get().getMessage(), attempt),
                        problem.get());
            }
            pauses.take();
        }
    }

    /** What was wrong, if another attempt may help; what it cannot help is thrown. */
    private Optional<FeedException> attempt(Pauses pauses)
            throws FeedException, IOException, InterruptedException {
        if (sink.size() > 0 && etag == null && expected.isEmpty()) {
            sink.restart();
        }
        long from = sink.size();
        long since = System.nanoTime();
        try (Passage.Place _ = passage.enter()) {
            // How long we let it wait is not the feed's slowness.
            giveUpAt += System.nanoTime() - since;
            return asked(pauses, from);
        } catch (FeedException e) {
            if (e.kind() == Kind.UNREACHABLE) {
                return Optional.of(e);
            }
            throw e;
        }
    }

    private Optional<FeedException> asked(Pauses pauses, long from)
            throws FeedException, IOException, InterruptedException {
        try (var answer = http.ask(uri, headers(from))) {
            pauses.asked(answer.response());
            return took(answer, from);
        }
    }

    private Map<String, String> headers(long from) {
        var headers = new HashMap<String, String>();
        // Bytes as they are: packed on the way, a range would mean something else.
        headers.put("Accept-Encoding", "identity");
        if (from > 0) {
            headers.put("Range", "bytes=" + from + "-");
            if (etag != null) {
                headers.put("If-Range", etag);
            }
        }
        return headers;
    }

    private Optional<FeedException> took(FeedHttp.Answer answer, long from)
            throws FeedException, IOException, InterruptedException {
        int status = answer.status();
        if (status == 404 || status == 410) {
            throw http.missing(
                    "%s does not have this package (%d). If it was removed there, choose another version, or put it there again"
                            .formatted(answer.from(), status));
        }
        if (FeedHttp.isTemporary(status)) {
            return temporary("%s answered %d".formatted(answer.from(), status));
        }
        if (status == 200) {
            if (from > 0) {
                sink.restart();
            }
            return read(answer);
        }
        if (from > 0 && (status == 206 || status == 416)) {
            if (status == 206 && goesOn(answer.response(), from)) {
                resumed += from;
                return read(answer);
            }
            if (status == 416 && (whole() || isAll(answer.response(), from))) {
                resumed += from;
                return Optional.empty();
            }
            sink.restart();
            etag = null;
            return temporary("%s answered with another range".formatted(answer.from()));
        }
        throw http.wrong("%s answered %d".formatted(answer.from(), status));
    }

    private Optional<FeedException> read(FeedHttp.Answer answer)
            throws FeedException, IOException, InterruptedException {
        var response = answer.response();
        etag =
                response.headers()
                        .firstValue("ETag")
                        .filter(tag -> tag.startsWith("\""))
                        .orElse(null);
        sink.tag(Optional.ofNullable(etag));
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced > rules.packageBytesMax() - sink.size()) {
            throw tooLarge();
        }
        long size = announced < 0 ? -1 : sink.size() + announced;
        if (size >= 0) {
            sink.announce(size);
        }
        InputStream body = response.body();
        byte[] buffer = new byte[BUFFER_BYTES];
        var reads = new PacedReads(body, passage);
        try (var watch = new StallWatch(body, rules.stallMax(), clock)) {
            while (true) {
                // Nor is that a silence of its.
                watch.pause();
                giveUpAt += reads.await(buffer.length);
                watch.heard();
                int count;
                try {
                    count = reads.read(buffer);
                } catch (IOException e) {
                    return temporary(
                            watch.stalled()
                                    ? "%s was silent for %d s"
                                            .formatted(answer.from(), rules.stallMax().toSeconds())
                                    : "%s broke off after %d bytes: %s"
                                            .formatted(answer.from(), sink.size(), http.told(e)));
                }
                if (watch.stalled()) {
                    return temporary("%s was silent for too long".formatted(answer.from()));
                }
                if (count < 0) {
                    return ended(answer, size);
                }
                if (isLate()) {
                    return temporary(
                            "%s is too slow: it took more than %d h"
                                    .formatted(answer.from(), rules.totalMax().toHours()));
                }
                if (sink.size() + count > rules.packageBytesMax()) {
                    throw tooLarge();
                }
                sink.write(buffer, 0, count);
                bytes += count;
                passage.came(count);
            }
        }
    }

    private Optional<FeedException> ended(FeedHttp.Answer answer, long size) throws IOException {
        if (size >= 0 && sink.size() != size) {
            return temporary("%s sent %d of %d bytes".formatted(answer.from(), sink.size(), size));
        }
        if (expected.isEmpty() || whole()) {
            return Optional.empty();
        }
        long had = sink.size();
        sink.restart();
        etag = null;
        return Optional.of(
                http.wrong(
                        "%s sent %d bytes that are not those which the package has to have (another SHA-512)"
                                .formatted(answer.from(), had)));
    }

    /** Whether what is there is all of it. */
    private boolean whole() throws IOException {
        return expected.isPresent() && sink.digest().equals(expected.get());
    }

    /** Whether the file, which is the same still, has no more bytes than those that are here. */
    private boolean isAll(HttpResponse<?> response, long from) {
        return expected.isEmpty()
                && etag != null
                && response.headers()
                        .firstValue("Content-Range")
                        .filter(range -> range.equals("bytes */" + from))
                        .isPresent();
    }

    private FeedException tooLarge() {
        return http.wrong(
                "the package is larger than the %d bytes that are taken"
                        .formatted(rules.packageBytesMax()));
    }

    private Optional<FeedException> temporary(String what) {
        return Optional.of(http.unreachable(what, null));
    }

    /** Whether these are all bytes behind those that are here, and of the same file. */
    private boolean goesOn(HttpResponse<?> response, long from) {
        boolean sameFile =
                etag == null
                        || response.headers().firstValue("ETag").filter(etag::equals).isPresent();
        return sameFile
                && response.headers()
                        .firstValue("Content-Range")
                        .map(CONTENT_RANGE::matcher)
                        .filter(Matcher::matches)
                        .filter(range -> Long.parseLong(range.group(1)) == from)
                        .filter(
                                range ->
                                        range.group(3).equals("*")
                                                || Long.parseLong(range.group(2)) + 1
                                                        == Long.parseLong(range.group(3)))
                        .isPresent();
    }
}
