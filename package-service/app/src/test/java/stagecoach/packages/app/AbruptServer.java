package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A NuGet server of somebody else that ends pushes as it likes, and knows nothing of questions
 * before them: who says {@code Expect} hears no 100.
 */
final class AbruptServer implements AutoCloseable {
    private static final int SOME = 100_000;

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Ending> endings;
    private final AtomicLong bytesTaken = new AtomicLong();

    /** What becomes of a push. */
    enum Ending {
        /** It answers 507 without reading, and closes the connection at once. */
        FULL,
        /** It reads a little, and closes the connection. */
        HANGS_UP,
        /** It reads all of it, and says 201. */
        TAKES
    }

    /** The next pushes end so, and all behind them find it full. */
    AbruptServer(Ending... endings) throws IOException {
        this.endings = new ConcurrentLinkedQueue<>(List.of(endings));
        this.listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Where its service index is. */
    String index() {
        return "http://127.0.0.1:%d/v3/index.json".formatted(listener.getLocalPort());
    }

    /** How many bytes of bodies it has read to their end. */
    long bytesTaken() {
        return bytesTaken.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket caller = listener.accept();
                threads.execute(() -> serve(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket caller) {
        try (caller) {
            InputStream in = new BufferedInputStream(caller.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                if (!answer(head, in, caller.getOutputStream())) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The other end has hung up.
        }
    }

    /** Whether the connection is kept. */
    private boolean answer(String head, InputStream in, OutputStream out) throws IOException {
        if (head.startsWith("GET ")) {
            say(
                    out,
                    "200 OK",
                    "{\"resources\":[{\"@id\":\"/flat/\",\"@type\":\"PackageBaseAddress/3.0.0\"},{\"@id\":\"/push\",\"@type\":\"PackagePublish/2.0.0\"}]}");
            return true;
        }
        if (head.startsWith("HEAD ")) {
            out.write(
                    "HTTP/1.1 %s\r\nConnection: close\r\n\r\n"
                            .formatted(bytesTaken.get() > 0 ? "200 OK" : "404 Not Found")
                            .getBytes(ISO_8859_1));
            return false;
        }
        Ending ending = endings.poll();
        return switch (ending == null ? Ending.FULL : ending) {
            case FULL -> {
                say(out, "507 Insufficient Storage", "");
                yield false;
            }
            case HANGS_UP -> {
                in.skipNBytes(SOME);
                yield false;
            }
            case TAKES -> {
                long length =
                        Long.parseLong(
                                head.replaceFirst("(?is).*content-length: *([0-9]+).*", "$1"));
                in.skipNBytes(length);
                bytesTaken.addAndGet(length);
                say(out, "201 Created", "");
                yield true;
            }
        };
    }

    private static void say(OutputStream out, String status, String body) throws IOException {
        out.write(
                "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(status, body.length(), body)
                        .getBytes(ISO_8859_1));
        out.flush();
    }

    /** The next request without its body; empty if there is none. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
