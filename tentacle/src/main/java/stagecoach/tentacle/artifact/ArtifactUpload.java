package stagecoach.tentacle.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.Artifact;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * Single tries to send a file: {@code PUT <bytes endpoint>/artifacts/<ticket>/<sha256>}, which may
 * be repeated.
 */
final class ArtifactUpload {
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final int DETAIL_CHARS_MAX = 500;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private final URI server;
    private final Supplier<Set<Thumbprint>> gateways;
    private final Routes routes;
    private final UploadRules rules;
    private final Identity identity;

    /**
     * @param server the bytes endpoint
     * @param gateways the certificates of which the server must show one
     * @param identity whom the machine shows itself as
     */
    ArtifactUpload(
            URI server,
            Supplier<Set<Thumbprint>> gateways,
            Routes routes,
            UploadRules rules,
            Identity identity) {
        this.server = server;
        this.gateways = gateways;
        this.routes = routes;
        this.rules = rules;
        this.identity = identity;
    }

    /** What came of a try. */
    sealed interface Try {
        /** It is kept. */
        record Kept() implements Try {}

        /** Another one may succeed; the words are the end of a sentence. */
        record Later(String words) implements Try {}
    }

    /**
     * Sends it.
     *
     * @param over whether there is no more time for it
     * @throws NotCollected if the server refuses it for good, or it cannot be read
     */
    Try send(Ticket ticket, CollectedFile file, Artifact artifact, BooleanSupplier over)
            throws NotCollected, InterruptedException {
        URI uri =
                URI.create(
                        "%s/artifacts/%s/%s"
                                .formatted(
                                        server.toString().replaceFirst("/+$", ""),
                                        ticket,
                                        artifact.sha256()));
        try (HttpClient client = client(uri)) {
            try {
                return judged(
                        ServerAddresses.first(
                                addresses(uri),
                                address -> ask(client, uri, address, file, artifact, over)),
                        uri);
            } catch (SSLHandshakeException e) {
                // A gateway that ends in the middle of a handshake is no reason to give up.
                if (isAboutTrust(e)) {
                    throw new NotCollected("no trust in the server: " + routes.words(uri, e) + ".");
                }
                return new Try.Later(routes.words(uri, e));
            } catch (IOException e) {
                return new Try.Later(routes.words(uri, e));
            } finally {
                client.shutdownNow();
            }
        }
    }

    private static boolean isAboutTrust(@Nullable Throwable e) {
        return e != null && (e instanceof CertificateException || isAboutTrust(e.getCause()));
    }

    /** A name behind a proxy is the proxy's to look up. */
    private List<URI> addresses(URI uri) throws IOException {
        return routes.to(uri).isPresent()
                ? List.of(uri)
                : ServerAddresses.of(uri, ServerAddresses.Resolver.SYSTEM);
    }

    private HttpClient client(URI uri) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        ServerAddresses.name(parameters, uri);
        return routes.through(HttpClient.newBuilder(), uri)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(rules.connectMax())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(identity.tls(PinnedTrust.exactly(gateways.get())))
                .sslParameters(parameters)
                .build();
    }

    private HttpResponse<byte[]> ask(
            HttpClient client,
            URI uri,
            URI address,
            CollectedFile file,
            Artifact artifact,
            BooleanSupplier over)
            throws IOException, InterruptedException {
        AtomicLong moved = new AtomicLong();
        HttpRequest request =
                routes.showing(ServerAddresses.request(uri, address), uri)
                        .header("Content-Type", "application/octet-stream")
                        // Who is refused has sent nothing, and hears why.
                        .expectContinue(true)
                        .PUT(body(file, artifact, moved))
                        .build();
        var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            return awaited(answer, moved, over);
        } finally {
            answer.cancel(true);
        }
    }

    private static HttpRequest.BodyPublisher body(
            CollectedFile file, Artifact artifact, AtomicLong moved) {
        if (artifact.size() == 0) {
            return HttpRequest.BodyPublishers.noBody();
        }
        return HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> watched(file, moved)),
                artifact.size());
    }

    private static InputStream watched(CollectedFile file, AtomicLong moved) {
        try {
            return new FilterInputStream(file.open()) {
                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int count = super.read(into, from, length);
                    moved.addAndGet(Math.max(count, 0));
                    return count;
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NotCollected e) {
            throw new UncheckedIOException(new IOException(e.getMessage(), e));
        }
    }

    /** A time limit for all of it would be wrong for a large file on a slow line. */
    private HttpResponse<byte[]> awaited(
            CompletableFuture<HttpResponse<byte[]>> answer, AtomicLong moved, BooleanSupplier over)
            throws IOException, InterruptedException {
        long before = -1;
        long since = System.nanoTime();
        while (true) {
            try {
                return answer.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException failed) {
                    throw failed;
                }
                throw new IOException(e.getCause());
            } catch (TimeoutException notYet) {
                if (over.getAsBoolean()) {
                    throw new IOException("it took too long", notYet);
                }
                if (moved.get() != before) {
                    before = moved.get();
                    since = System.nanoTime();
                } else if (System.nanoTime() - since > rules.stallMax().toNanos()) {
                    throw new IOException(
                            "nothing moved for %d s".formatted(rules.stallMax().toSeconds()),
                            notYet);
                }
            }
        }
    }

    private Try judged(HttpResponse<byte[]> response, URI uri) throws NotCollected {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return new Try.Kept();
        }
        if (TEMPORARY.contains(status)) {
            return new Try.Later("the server answered " + status);
        }
        throw new NotCollected(
                switch (status) {
                    case HttpURLConnection.HTTP_PROXY_AUTH -> routes.unpaid(uri) + ".";
                    // One of before there were artifacts knows neither the path nor the method.
                    case 404, 405 -> "this server's version keeps no files of scripts. Upgrade it.";
                    default ->
                            detail(response.body())
                                    .orElse("the server answered %d.".formatted(status));
                });
    }

    /** The words of the refusal, if these are such. */
    private static Optional<String> detail(byte[] problem) {
        try {
            return Optional.of(
                            StagecoachJson.read(problem, JsonNode.class).path("detail").asText(""))
                    .filter(text -> !text.isBlank())
                    .map(
                            text ->
                                    text.length() > DETAIL_CHARS_MAX
                                            ? text.substring(0, DETAIL_CHARS_MAX)
                                            : text);
        } catch (UncheckedIOException noProblem) {
            return Optional.empty();
        }
    }
}
