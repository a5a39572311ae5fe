package stagecoach.local.launcher.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks a process whether it is ready; any answer but yes is no. */
public final class ReadinessProbe {
    private static final Duration ASK_MAX = Duration.ofSeconds(2);

    private final HttpClient http;

    /** One for many processes. */
    public ReadinessProbe() {
        http = HttpClient.newBuilder().connectTimeout(ASK_MAX).build();
    }

    boolean isReady(Readiness readiness, LogFile log) throws InterruptedException {
        return switch (readiness) {
            case Readiness.HttpAnswer(var address) -> answers(HttpRequest.newBuilder(address));
            case Readiness.OutputLine(var start) -> hasLine(log, start);
            case Readiness.OpenPort(var port) -> accepts(port);
        };
    }

    private boolean answers(HttpRequest.Builder request) throws InterruptedException {
        try {
            return http.send(request.timeout(ASK_MAX).build(), BodyHandlers.discarding())
                            .statusCode()
                    < 300;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasLine(LogFile log, String start) {
        try {
            return log.hasLine(start);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
                    Math.toIntExact(ASK_MAX.toMillis()));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
