package stagecoach.orchestrator.app;

import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

/** A client that follows server-sent events. */
public final class Follower implements AutoCloseable {
    private final HttpClient http;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Thread reader;
    private final Stream<String> lines;

    /** An event with its id. */
    public record Event(String id, String data) {}

    private Follower(HttpClient http, Stream<String> lines) {
        this.http = http;
        this.lines = lines;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Connects; returns once the server says that it follows. */
    public static Follower of(String path, Map<String, String> headers) {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:" + RestAssured.port + "/api/v1" + path))
                        .header("Authorization", TestKeys.READ.bearer())
                        .header("Accept", "text/event-stream")
                        .timeout(StagecoachResource.PATIENCE);
        headers.forEach(request::header);
        try {
            var http = HttpClient.newHttpClient();
            HttpResponse<Stream<String>> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            if (response.statusCode() != 200) {
                throw new AssertionError("cannot follow: " + response.statusCode());
            }
            var follower = new Follower(http, response.body());
            follower.next("following");
            return follower;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("cannot follow " + path, e);
        }
    }

    private void read() {
        var id = new String[] {""};
        try {
            lines.forEach(
                    line -> {
                        if (line.startsWith("id:")) {
                            id[0] = line.substring(3).strip();
                        } else if (line.startsWith("data:")) {
                            events.add(new Event(id[0], line.substring(5).strip()));
                        } else if (line.startsWith(":") && line.contains("following")) {
                            events.add(new Event("following", ""));
                        }
                    });
        } catch (java.io.UncheckedIOException closed) {
            events.add(new Event("closed", ""));
        }
    }

    private Event next(String what) {
        try {
            Event event = events.poll(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError(what + " did not come");
            }
            return event;
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The next so many events. */
    public List<Event> take(int count) {
        List<Event> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(next("event %d of %d".formatted(taken.size() + 1, count)));
        }
        return taken;
    }

    @Override
    public void close() {
        http.shutdownNow();
        lines.close();
        reader.interrupt();
    }
}
