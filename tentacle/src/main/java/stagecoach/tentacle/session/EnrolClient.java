package stagecoach.tentacle.session;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.wire.StagecoachJson;

/** Introduces a machine to its gateway with a one-time token. */
public final class EnrolClient {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private EnrolClient() {}

    /** It did not work, for a reason in words. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String sentence) {
            super(sentence);
        }

        Refused(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    /**
     * The gateway's certificate, which the token names: so it is known before it is asked.
     *
     * @throws Refused if the token has another form
     */
    static Thumbprint pinned(String token) throws Refused {
        int dot = token.lastIndexOf('.');
        try {
            if (dot > 0) {
                return Thumbprint.parse(token.substring(dot + 1));
            }
        } catch (IllegalArgumentException e) {
            throw new Refused(badToken(), e);
        }
        throw new Refused(badToken());
    }

    private static String badToken() {
        return "The token is not whole: it ends with a dot and the 64 digits of the gateway's certificate. Copy the whole command line of the enrolment.";
    }

    /**
     * Where the gateway is.
     *
     * @param gateway {@code https://host:port} of the agent port
     * @param bytes the same of the port that packages are read from, if there is one
     * @param proxy what a person has settled about the way there
     */
    public record Place(URI gateway, Optional<URI> bytes, ProxySettings proxy) {}

    /** Enrols, and tells what was settled. */
    public static Settings enrol(String token, Place place, Identity identity, String version)
            throws Refused, IOException, InterruptedException {
        Thumbprint pinned = pinned(token);
        URI gateway = place.gateway();
        Routes routes = Routes.of(place.proxy(), System.getenv());
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        HttpRequest request =
                routes.showing(HttpRequest.newBuilder(gateway.resolve("/enrol")), gateway)
                        .timeout(ANSWER_MAX)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        StagecoachJson.bytes(
                                                new Enrolment.Request(token, version))))
                        .build();
        try (HttpClient client =
                routes.through(HttpClient.newBuilder())
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(ANSWER_MAX)
                        .sslContext(identity.tls(PinnedTrust.exactly(pinned)))
                        .sslParameters(parameters)
                        .build()) {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == HttpURLConnection.HTTP_PROXY_AUTH) {
                throw new Refused(
                        "%s cannot be asked: %s.".formatted(gateway, routes.unpaid(gateway)));
            }
            if (response.statusCode() / 100 != HttpURLConnection.HTTP_OK / 100) {
                throw new Refused(
                        "The gateway refused the enrolment (%d): %s"
                                .formatted(response.statusCode(), detail(response.body())));
            }
            Enrolment.Response answer =
                    StagecoachJson.read(response.body(), Enrolment.Response.class);
            return new Settings(answer.agent(), gateway, place.bytes(), pinned).via(place.proxy());
        } catch (UncheckedIOException e) {
            throw new Refused("The gateway's answer is not understood. Is it a newer version?", e);
        } catch (IOException e) {
            throw new Refused(
                    "%s cannot be asked: %s. Check the address and that this machine may connect to it."
                            .formatted(gateway, routes.words(gateway, e)),
                    e);
        }
    }

    /** A problem's own words, where it has some. */
    private static String detail(String body) {
        try {
            JsonNode detail = StagecoachJson.read(body, JsonNode.class).path("detail");
            return detail.isTextual() ? detail.asText() : "it gave no reason.";
        } catch (UncheckedIOException noProblem) {
            return "it gave no reason.";
        }
    }
}
