package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.runtime.test.TestKeys;

/** A push that is refused before its end, and goes on. */
@PackageServiceTest
@Timeout(180)
class EndlessPushTest {
    private static final int MEGABYTE = 1 << 20;

    /** More than is read of what was refused, and than any buffer on the way holds. */
    private static final int SENT_MAX_MEGABYTES = 400;

    @Test
    void of_three_gigabytes_that_are_refused_few_are_read_and_none_are_kept() throws Exception {
        URI server = Http.uri("/nuget/v3/package");
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    """
                    PUT %s HTTP/1.1\r
                    Host: %s\r
                    X-NuGet-ApiKey: %s\r
                    Content-Type: text/plain\r
                    Content-Length: 3000000000\r
                    \r
                    """
                            .formatted(server.getPath(), server.getHost(), TestKeys.PUSH.key())
                            .getBytes(StandardCharsets.US_ASCII));
            var answer =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return new BufferedReader(
                                                    new InputStreamReader(
                                                            socket.getInputStream(),
                                                            StandardCharsets.US_ASCII))
                                            .readLine();
                                } catch (IOException e) {
                                    return "no answer: " + e;
                                }
                            });

            assertThat(sentUntilClosed(out)).isLessThan(SENT_MAX_MEGABYTES);
            assertThat(answer.join()).contains(" 400 ");
        }
    }

    private static int sentUntilClosed(OutputStream out) {
        byte[] megabyte = new byte[MEGABYTE];
        int sent = 0;
        try {
            while (sent < SENT_MAX_MEGABYTES) {
                out.write(megabyte);
                sent++;
            }
        } catch (IOException closed) {
            assertThat(closed).as("after %d MB", sent).isNotNull();
        }
        return sent;
    }
}
