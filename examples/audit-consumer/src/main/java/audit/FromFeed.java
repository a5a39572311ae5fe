package audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Follows {@code GET /api/v1/events} as server-sent events, and goes on by the cursor. */
final class FromFeed {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** The server says something more often than that, also if nothing happens. */
    private static final Duration SILENCE_MAX = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI events;
    private final String key;
    private final Ledger ledger;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());

    /**
     * A reader.
     *
     * @param server such as {@code https://stagecoach.example}
     * @param key an API key that may read
     */
    FromFeed(URI server, String key, Ledger ledger) {
        this.events = URI.create(server.toString().replaceFirst("/+$", "") + "/api/v1/events");
        this.key = key;
        this.ledger = ledger;
    }

    /** Reads until it is interrupted, or until the server says that it cannot go on so. */
    void read() throws IOException, InterruptedException {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                follow();
            } catch (Refused refused) {
                throw refused;
            } catch (IOException e) {
                System.err.println("connection: " + e.getMessage());
            }
            Thread.sleep(PAUSE);
        }
    }

    /** What trying again would not mend. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    private void follow() throws IOException, InterruptedException {
        @Nullable String cursor = ledger.state().cursor;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(events + "?cursor=start"))
                        .header("Accept", "text/event-stream")
                        .header("Authorization", "Bearer " + key);
        if (cursor != null) {
            // Wins over the cursor in the address.
            request.header("Last-Event-ID", cursor);
        }
        HttpResponse<InputStream> response =
                http.send(request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() == 200) {
                take(body);
            } else {
                judge(response.statusCode(), body);
            }
        }
    }

    private static void judge(int status, InputStream body) throws IOException {
        String problem = new String(body.readNBytes(2_000), StandardCharsets.UTF_8);
        String told = "the server answered %d: %s".formatted(status, problem);
        switch (status) {
            // 410: events behind the cursor are kept no longer; whoever goes on has a gap.
            case 400, 401, 403, 404, 410 -> throw new Refused(told);
            default -> throw new IOException(told);
        }
    }

    private void take(InputStream body) throws IOException {
        var heard = new AtomicLong(System.nanoTime());
        ScheduledFuture<?> watching =
                watch.scheduleAtFixedRate(
                        () -> {
                            if (System.nanoTime() - heard.get() > SILENCE_MAX.toNanos()) {
                                close(body);
                            }
                        },
                        10,
                        10,
                        TimeUnit.SECONDS);
        try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            @Nullable String id = null;
            var data = new StringBuilder();
            @Nullable String line;
            while ((line = lines.readLine()) != null) {
                heard.set(System.nanoTime());
                if (line.startsWith("id:")) {
                    id = valueOf(line);
                } else if (line.startsWith("data:")) {
                    data.append(valueOf(line)).append('\n');
                } else if (line.isEmpty() && !data.isEmpty()) {
                    keep(eventIn(data.toString()), id);
                    data.setLength(0);
                }
            }
        } finally {
            watching.cancel(false);
        }
    }

    /** A ledger that cannot be written is no matter of the connection: it ends the program. */
    private void keep(Event event, @Nullable String id) {
        try {
            ledger.take(event);
            ledger.state().cursor = id;
            ledger.settle();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            System.err.println("connection: " + e.getMessage());
        }
    }

    private static String valueOf(String line) {
        String value = line.substring(line.indexOf(':') + 1);
        return value.startsWith(" ") ? value.substring(1) : value;
    }

    /** A CloudEvent in JSON: attributes and data in one object. */
    static Event eventIn(String json) throws IOException {
        JsonNode event = JSON.readTree(json);
        return new Event(
                event.path("subject").asText(),
                event.path("streamversion").asLong(),
                event.path("type").asText(),
                event.path("time").asText(),
                event.hasNonNull("actor") ? event.path("actor").asText() : null,
                event.path("data"));
    }
}
