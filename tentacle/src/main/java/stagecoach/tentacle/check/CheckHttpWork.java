package stagecoach.tentacle.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.vocabulary.time.Spans;

/**
 * Does what {@code CheckHttp} asks: the same request again and again until the answer is right or
 * the time is over. Redirects are answers, not followed.
 */
public final class CheckHttpWork implements Work {
    /** How much of an answer is looked at, in bytes. */
    static final int BODY_BYTES_MAX = 1 << 20;

    /** One request may take no longer, so that a server that hangs gets a second chance. */
    private static final Duration REQUEST_MAX = Duration.ofSeconds(10);

    private static final Duration PAUSE_MIN = Duration.ofMillis(50);

    private static final String NO_ANSWER = "gave no answer in time";

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        if (!(live.payload().orElse(null) instanceof CommandPayload.Http ask)) {
            return Results.refused("The command came without what to ask.");
        }
        Optional<Pattern> body;
        HttpRequest request;
        try {
            body = ask.bodyMatches().map(Pattern::compile);
            request =
                    HttpRequest.newBuilder(URI.create(ask.url()))
                            .method(ask.method(), HttpRequest.BodyPublishers.noBody())
                            .build();
        } catch (PatternSyntaxException e) {
            return Results.refused(
                    "bodyMatches is no regular expression: " + e.getDescription() + ".");
        } catch (IllegalArgumentException e) {
            return Results.refused(
                    live.masks().apply("The URL cannot be asked: " + e.getMessage() + "."));
        }
        live.begun();
        Instant deadline = live.acceptedAt().plus(ask.within());
        return live.interruptibly(() -> askUntil(live, ask, request, body, deadline));
    }

    private static CommandResult askUntil(
            LiveTicket live,
            CommandPayload.Http ask,
            HttpRequest request,
            Optional<Pattern> body,
            Instant deadline)
            throws IOException, InterruptedException {
        String last = "";
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client =
                        HttpClient.newBuilder()
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .executor(threads)
                                .build()) {
            try {
                while (true) {
                    Duration left = Duration.between(live.now(), deadline);
                    Optional<String> wrong =
                            wrongness(client, request, ask, body, left, threads::submit);
                    if (wrong.isEmpty()) {
                        live.info(ask.method() + " " + ask.url() + " answered as it should.");
                        return Results.done(Map.of());
                    }
                    if (!wrong.get().equals(last) && !isCutShort(wrong.get(), left, last)) {
                        last = wrong.get();
                        live.info(ask.method() + " " + ask.url() + " " + last + ".");
                    }
                    Instant next = live.now().plus(max(ask.every(), PAUSE_MIN));
                    if (!next.isBefore(deadline)) {
                        return Results.failed(
                                live.masks()
                                        .apply(
                                                "%s did not answer as it should within %s: it %s"
                                                        .formatted(
                                                                ask.url(),
                                                                Spans.inWords(ask.within()),
                                                                last)));
                    }
                    Thread.sleep(Duration.between(live.now(), next));
                }
            } finally {
                client.shutdownNow();
                threads.shutdownNow();
            }
        }
    }

    /** A last question for whose answer no time was left tells less than the answers before it. */
    private static boolean isCutShort(String wrong, Duration left, String last) {
        return wrong.equals(NO_ANSWER) && left.compareTo(REQUEST_MAX) < 0 && !last.isEmpty();
    }

    /** Submits work to another thread. */
    private interface Submit {
        Future<Answer> submit(Callable<Answer> call);
    }

    private record Answer(int status, String body) {}

    private static Optional<String> wrongness(
            HttpClient client,
            HttpRequest request,
            CommandPayload.Http ask,
            Optional<Pattern> body,
            Duration left,
            Submit threads)
            throws InterruptedException {
        Future<Answer> asked = threads.submit(() -> answer(client, request));
        try {
            Answer answer =
                    asked.get(
                            Math.max(1, Math.min(left.toMillis(), REQUEST_MAX.toMillis())),
                            TimeUnit.MILLISECONDS);
            boolean expected =
                    ask.status().isEmpty()
                            ? answer.status() == HttpURLConnection.HTTP_OK
                            : ask.status().contains(answer.status());
            if (!expected) {
                return Optional.of("answered " + answer.status());
            }
            if (body.isPresent() && !body.get().matcher(answer.body()).find()) {
                return Optional.of(
                        "answered %d with a body that does not match".formatted(answer.status()));
            }
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of(NO_ANSWER);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return Optional.of(
                    "could not be reached ("
                            + cause.getClass().getSimpleName()
                            + (cause.getMessage() == null ? "" : ": " + cause.getMessage())
                            + ")");
        } finally {
            asked.cancel(true);
        }
    }

    private static Answer answer(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            return new Answer(
                    response.statusCode(),
                    new String(in.readNBytes(BODY_BYTES_MAX), StandardCharsets.UTF_8));
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
