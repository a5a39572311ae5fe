package stagecoach.local.launcher.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import stagecoach.local.launcher.process.ProcessIdentity;

/** Talks to the supervisor of a folder. */
public final class ControlClient {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Adding one may first end its predecessor. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private static final Duration POLL = Duration.ofMillis(100);

    private final ControlFile file;
    private final HttpClient http = HttpClient.newHttpClient();

    private ControlClient(ControlFile file) {
        this.file = file;
    }

    /** That of the supervisor that runs on this folder; empty if none does. */
    public static Optional<ControlClient> find(Path folder) throws IOException {
        return ControlFile.read(folder).map(ControlClient::new);
    }

    /** The supervisor's process. */
    public ProcessIdentity supervisor() {
        return file.supervisor();
    }

    /** The whole table. */
    public Status status() throws IOException, InterruptedException {
        String body = call("GET", "/status", "").body();
        return StatusJson.read(body)
                .orElseThrow(() -> new IOException("the supervisor answered no status: " + body));
    }

    /**
     * Adds a process and starts it; see {@link Supervisor#add}. Returns before it is ready.
     *
     * @return its name in the table
     * @throws ControlRefused with a sentence
     */
    public String add(String kind, String name, Map<String, String> options)
            throws IOException, InterruptedException {
        ObjectNode body = MAPPER.createObjectNode().put("kind", kind).put("name", name);
        ObjectNode optionsNode = body.putObject("options");
        options.forEach(optionsNode::put);
        return json(call("POST", "/processes", body.toString())).required("name").asText();
    }

    /**
     * Ends an added process and forgets it.
     *
     * @throws ControlRefused when there is none of this name, or it is a fixed one
     */
    public void remove(String processName) throws IOException, InterruptedException {
        call("DELETE", "/processes/" + processName, "");
    }

    /**
     * Kills a process and keeps it from being started again until {@link #release}.
     *
     * @throws ControlRefused when there is none of this name
     */
    public void holdBack(String processName) throws IOException, InterruptedException {
        call("POST", "/held/" + processName, "");
    }

    /** Starts a process again that was held back. */
    public void release(String processName) throws IOException, InterruptedException {
        call("DELETE", "/held/" + processName, "");
    }

    /** Starts again what has FAILED; the names. */
    public List<String> revive() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        json(call("POST", "/revive", ""))
                .required("names")
                .forEach(name -> names.add(name.asText()));
        return names;
    }

    /** Ends everything, the supervisor too; returns when it is gone. */
    public void shutdown() throws IOException, InterruptedException {
        call("POST", "/shutdown", "");
        long giveUp = System.nanoTime() + Supervisor.STOP_MAX.toNanos();
        while (file.supervisor().running().isPresent()) {
            if (System.nanoTime() > giveUp) {
                throw new IOException(
                        "the supervisor (pid %d) does not end".formatted(file.supervisor().pid()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return MAPPER.readTree(answer.body());
    }

    private HttpResponse<String> call(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + file.port() + path))
                        .timeout(ANSWER_MAX)
                        .header("Authorization", "Bearer " + file.token())
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new ControlRefused(
                    json(answer).path("error").asText("it answered " + answer.statusCode()));
        }
        return answer;
    }

    /** The supervisor understood and said no, in a sentence. */
    public static final class ControlRefused extends IOException {
        private static final long serialVersionUID = 1L;

        ControlRefused(String sentence) {
            super(sentence);
        }
    }
}
