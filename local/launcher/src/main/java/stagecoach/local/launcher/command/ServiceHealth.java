package stagecoach.local.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;

/** What services that run say they miss just now; a process that runs may still wait for others. */
final class ServiceHealth {
    /** The services themselves give up asking the database after ten seconds. */
    private static final Duration ASK_MAX = Duration.ofSeconds(12);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ServiceHealth() {}

    /** By the name of the process, a sentence for each that is not as it should be. */
    static Map<String, String> ask(List<ProcessStatus> processes)
            throws InterruptedException, ExecutionException {
        Map<String, Future<Optional<String>>> asked = new LinkedHashMap<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var http = HttpClient.newBuilder().connectTimeout(ASK_MAX).build()) {
            for (ProcessStatus each : processes) {
                Optional<URI> health = health(each);
                if (health.isPresent()) {
                    asked.put(each.name(), threads.submit(() -> missed(http, health.get())));
                }
            }
            Map<String, String> missing = new LinkedHashMap<>();
            for (var each : asked.entrySet()) {
                each.getValue().get().ifPresent(why -> missing.put(each.getKey(), why));
            }
            return missing;
        }
    }

    /** Services answer there; the edge hands the question on, and caches want a certificate. */
    private static Optional<URI> health(ProcessStatus process) {
        if (process.state() != ProcessState.READY || process.name().equals("edge")) {
            return Optional.empty();
        }
        return process.url()
                .filter(url -> url.startsWith("http://"))
                .map(url -> URI.create(url).resolve("/q/health/ready"));
    }

    private static Optional<String> missed(HttpClient http, URI address)
            throws InterruptedException {
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(address).timeout(ASK_MAX).build(),
                            BodyHandlers.ofString());
            if (answer.statusCode() < 300) {
                return Optional.empty();
            }
            return Optional.of(missing(MAPPER.readTree(answer.body())));
        } catch (IOException e) {
            return Optional.of("it does not answer");
        }
    }

    private static String missing(JsonNode health) {
        String names =
                StreamSupport.stream(health.path("checks").spliterator(), false)
                        .filter(check -> check.path("status").asText().equals("DOWN"))
                        .map(check -> plain(check.path("name").asText()))
                        .distinct()
                        .collect(Collectors.joining(" and "));
        return names.isEmpty() ? "it is not ready" : "it waits for " + names;
    }

    private static String plain(String check) {
        String lower = check.toLowerCase(Locale.ROOT);
        if (lower.contains("postgres")) {
            return "PostgreSQL";
        }
        return lower.contains("kafka") || lower.contains("messaging") ? "Kafka" : check;
    }
}
