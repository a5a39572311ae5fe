package stagecoach.tentacle.packages;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.Identity;
import stagecoach.trust.NamedTrust;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.packages.PackagePin;

/** Single tries at one server, each going on where the one before it was cut off. */
final class PackageDownload implements PackageReader {
    private static final int BUFFER_BYTES = 1 << 15;
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private final PackageEndpoint.Web endpoint;
    private final PackagePin pin;
    private final FetchRules rules;
    private final Supplier<Identity> identity;
    private final DownSources downs;

    /** Whether it is asked in the cipher that is the cheapest here; not, if it does not know it. */
    private boolean cheapest = true;

    private Duration connectMax;

    /** Whom the client shows itself as, to a server that is pinned. */
    private Identity shownAs;

    private HttpClient client;

    /** Whether somebody was at the address that came to no connection. */
    private boolean busy;

    /**
     * @param connectMax how long the first connection may take to stand; one that is busy is given
     *     longer
     * @param downs knows the addresses of the source's name
     */
    PackageDownload(
            PackageEndpoint.Web endpoint,
            PackagePin pin,
            FetchRules rules,
            Duration connectMax,
            Supplier<Identity> identity,
            DownSources downs) {
        this.endpoint = endpoint;
        this.pin = pin;
        this.rules = rules;
        this.connectMax = connectMax;
        this.identity = identity;
        this.downs = downs;
        this.shownAs = identity.get();
        this.client = client();
    }

    /** Whether this machine has another certificate by now. */
    private boolean isRenewed() {
        return !identity.get().thumbprint().equals(shownAs.thumbprint());
    }

    private void renew() {
        client.shutdownNow();
        shownAs = identity.get();
        client = client();
    }

    private HttpClient client() {
        HttpClient.Builder builder =
                downs.routes()
                        .through(HttpClient.newBuilder(), endpoint.uri())
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(connectMax)
                        .executor(Executors.newVirtualThreadPerTaskExecutor());
        SSLParameters parameters = new SSLParameters();
        ServerAddresses.name(parameters, endpoint.uri());
        if (endpoint.trusted().isPresent()) {
            parameters.setProtocols(new String[] {"TLSv1.3"});
            if (cheapest) {
                parameters.setCipherSuites(BulkCrypto.cheapestSuites(pin.size(), endpoint));
            }
            builder.sslContext(shownAs.tls(PinnedTrust.exactly(endpoint.trusted().get())));
        } else {
            NamedTrust.contextFor(endpoint.uri()).ifPresent(builder::sslContext);
        }
        return builder.sslParameters(parameters).build();
    }

    @Override
    public Try go(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException {
        if (isRenewed()) {
            renew();
        }
        long offset = file.size();
        HttpResponse<InputStream> response;
        try {
            response =
                    ServerAddresses.first(
                            downs.addressesOf(endpoint.uri()), address -> ask(address, offset));
        } catch (SSLHandshakeException e) {
            if (!cheapest || isAboutTrust(e)) {
                return new Try.Refused("no trust: " + words(e));
            }
            cheapest = false;
            client.shutdownNow();
            client = client();
            return go(file, along, came);
        } catch (HttpConnectTimeoutException e) {
            if (busy) {
                return patiently();
            }
            return new Try.Silent("no connection within %d ms".formatted(connectMax.toMillis()));
        } catch (HttpTimeoutException e) {
            return new Try.Silent(
                    "no answer within %d s"
                            .formatted(connectMax.plus(rules.stallMax()).toSeconds()));
        } catch (IOException e) {
            return new Try.Interrupted(words(e));
        }
        try (InputStream body = response.body()) {
            return switch (response.statusCode()) {
                case 200 -> {
                    // It does not know how to go on: from the beginning, then.
                    file.truncate(0);
                    yield read(response, body, file, 0, along, came);
                }
                case 206 ->
                        startsAt(response).filter(start -> start == offset).isPresent()
                                ? read(response, body, file, offset, along, came)
                                : restart(file, "answered with another range than was asked for");
                case 416 -> restart(file, "has no bytes behind " + offset);
                case 408, 425, 429, 500, 502, 503, 504 ->
                        new Try.Interrupted("answered " + response.statusCode(), after(response));
                case 401, 403 -> {
                    String answered =
                            "answered %d: %s".formatted(response.statusCode(), endpoint.refusal());
                    // What was shown may have been the certificate before the present one.
                    yield endpoint.trusted().isPresent() && isRenewed()
                            ? new Try.Interrupted(answered)
                            : new Try.Refused(answered);
                }
                case HttpURLConnection.HTTP_PROXY_AUTH ->
                        new Try.Refused(downs.routes().unpaid(endpoint.uri()));
                case 404, 410 ->
                        new Try.Refused(
                                "answered %d: it does not hold the package"
                                        .formatted(response.statusCode()));
                default -> new Try.Refused("answered " + response.statusCode());
            };
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    private Try patiently() {
        Try.Busy busyThen = Try.Busy.within(connectMax);
        connectMax = rules.connectMax();
        client.shutdownNow();
        client = client();
        return busyThen;
    }

    private static Optional<Duration> after(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    private static boolean isAboutTrust(@Nullable Throwable e) {
        return e != null && (e instanceof CertificateException || isAboutTrust(e.getCause()));
    }

    /** An address that is silent is tried last for a while, also for the next package. */
    private HttpResponse<InputStream> ask(URI address, long offset)
            throws IOException, InterruptedException {
        busy = false;
        try {
            HttpResponse<InputStream> response =
                    ServerAddresses.answer(client, request(address, offset));
            downs.answered(DownSources.server(address));
            return response;
        } catch (HttpConnectTimeoutException e) {
            busy = downs.isThereAfterAll(endpoint.uri(), address);
            throw e;
        }
    }

    private HttpRequest request(URI address, long offset) {
        HttpRequest.Builder request =
                downs.routes()
                        .showing(ServerAddresses.request(endpoint.uri(), address), endpoint.uri())
                        // It counts from before there is a connection.
                        .timeout(connectMax.plus(rules.stallMax()))
                        .GET();
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        endpoint.shown().ifPresent(shown -> request.header(shown.name(), shown.value()));
        return request.build();
    }

    private static Try restart(FileChannel file, String reason) throws IOException {
        file.truncate(0);
        return new Try.Interrupted(reason);
    }

    private static Optional<Long> startsAt(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Content-Range")
                .map(CONTENT_RANGE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.valueOf(matcher.group(1)));
    }

    private Try read(
            HttpResponse<InputStream> response,
            InputStream body,
            FileChannel file,
            long offset,
            RunningDigest along,
            LongPredicate came)
            throws IOException, InterruptedException {
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced >= 0 && announced != pin.size() - offset) {
            return new Try.Wrong(
                    "has %s bytes instead of %d"
                            .formatted(Long.toUnsignedString(offset + announced), pin.size()));
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        long at = offset;
        try (StallWatch watch = new StallWatch(body, rules.stallMax())) {
            for (int count = next(body, buffer, watch); count >= 0; ) {
                if (at + count > pin.size()) {
                    return new Try.Wrong("has more than %d bytes".formatted(pin.size()));
                }
                write(file, buffer, count, at);
                along.add(at, buffer, count);
                at += count;
                if (!came.test(count)) {
                    return new Try.Left();
                }
                count = next(body, buffer, watch);
            }
        } catch (CutOff e) {
            return new Try.Interrupted(e.sentence);
        }
        return at == pin.size()
                ? new Try.Complete(offset)
                : new Try.Interrupted("ended after %d of %d bytes".formatted(at, pin.size()));
    }

    private int next(InputStream body, byte[] buffer, StallWatch watch)
            throws InterruptedException, CutOff {
        try {
            int count = body.read(buffer);
            watch.heard();
            return count;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted(e);
            }
            throw new CutOff(
                    watch.stalled()
                            ? "was silent for " + rules.stallMax().toSeconds() + " s"
                            : "was cut off: " + words(e),
                    e);
        }
    }

    private static void write(FileChannel file, byte[] buffer, int count, long at)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
        long position = at;
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
    }

    private static InterruptedException interrupted(IOException cause) {
        InterruptedException interrupted = new InterruptedException("asked to stop");
        interrupted.initCause(cause);
        return interrupted;
    }

    private String words(IOException e) {
        return downs.routes().words(endpoint.uri(), e);
    }

    @Override
    public boolean becomesAnother() {
        return false;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** The source failed in the middle; this machine's disk did not. */
    private static final class CutOff extends IOException {
        private static final long serialVersionUID = 1L;
        private final String sentence;

        CutOff(String sentence, IOException cause) {
            super(sentence, cause);
            this.sentence = sentence;
        }
    }
}
