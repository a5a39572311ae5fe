package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An API key travels from the orchestrator to the other services as an event, so a service may be
 * ready before it knows the first administrator's key.
 */
final class KeyArrival {
    private static final Duration ARRIVAL_MAX = Duration.ofMinutes(5);
    private static final Duration ASK_MAX = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int UNAUTHORIZED = 401;

    private KeyArrival() {}

    /**
     * Returns when the service that answers there knows {@code key}.
     *
     * @throws IOException with a sentence, if it does not within five minutes
     */
    static void await(URI address, String key) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .timeout(ASK_MAX)
                        .header("Authorization", "Bearer " + key)
                        .build();
        long giveUp = System.nanoTime() + ARRIVAL_MAX.toNanos();
        try (HttpClient http = HttpClient.newBuilder().connectTimeout(ASK_MAX).build()) {
            while (!isKnown(http, request)) {
                if (System.nanoTime() > giveUp) {
                    throw new IOException(
                            "%s still refuses the administrator's API key after %d s. Its log, and Kafka's, say why the key did not arrive."
                                    .formatted(address, ARRIVAL_MAX.toSeconds()));
                }
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
    }

    private static boolean isKnown(HttpClient http, HttpRequest request)
            throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() != UNAUTHORIZED;
        } catch (IOException e) {
            // The supervisor restarts a service that has died; this only waits.
            return false;
        }
    }
}
