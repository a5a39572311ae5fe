package stagecoach.packages.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A central server that writes to the line just what a test tells it to, and then behaves well. */
final class RawCentral implements AutoCloseable {
    private final byte[] bytes;
    private final ServerSocket listener;
    private final Queue<Answer> next = new ConcurrentLinkedQueue<>();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final List<Long> askedAt = new CopyOnWriteArrayList<>();

    /** What goes over the line for one request; then it is cut. */
    interface Answer {
        /**
         * Writes it.
         *
         * @param from where the requested range begins; 0 if none was
         */
        void write(int from, byte[] bytes, OutputStream line) throws IOException;
    }

    RawCentral(byte[] bytes) {
        this.bytes = bytes.clone();
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:%d/package".formatted(listener.getLocalPort()));
    }

    /** What the next requests meet, one after the other; then all is well. */
    RawCentral then(Answer... answers) {
        next.addAll(Arrays.asList(answers));
        return this;
    }

    /** The Range headers of all requests so far; empty texts for those without. */
    List<String> ranges() {
        return ranges;
    }

    /** How long it was left alone before the request of this number, from 1 on. */
    Duration pauseBefore(int request) {
        return Duration.ofNanos(askedAt.get(request) - askedAt.get(request - 1));
    }

    /** The head of an answer, without what it says of the connection. */
    static void head(OutputStream line, String status, String... headers) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        line.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    /** So many bytes from the first on, in one chunk, behind which there may be the end. */
    static Answer inChunks(int count, boolean ended) {
        return (_, bytes, line) -> {
            head(line, "200 OK", "Transfer-Encoding: chunked");
            line.write("%x\r\n".formatted(ended ? count : 2 * count).getBytes(ISO_8859_1));
            write(bytes, count, line);
            if (ended) {
                line.write("\r\n0\r\n\r\n".getBytes(ISO_8859_1));
            }
        };
    }

    /** An answer that tells these headers and gives bytes from the first to this one. */
    static Answer told(String status, int until, String... headers) {
        return (_, bytes, line) -> {
            head(line, status, headers);
            write(bytes, until, line);
        };
    }

    /** From the first byte on, and more than there are. */
    private static void write(byte[] bytes, int count, OutputStream line) throws IOException {
        line.write(bytes, 0, Math.min(count, bytes.length));
        line.write(new byte[Math.max(0, count - bytes.length)]);
    }

    private static void well(int from, byte[] bytes, OutputStream line) throws IOException {
        String length = "Content-Length: " + (bytes.length - from);
        if (from == 0) {
            head(line, "200 OK", length);
        } else {
            String range = "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length);
            head(line, "206 Partial Content", length, "Content-Range: " + range);
        }
        line.write(bytes, from, bytes.length - from);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // It was closed.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            askedAt.add(System.nanoTime());
            String range = rangeIn(socket);
            ranges.add(range);
            int from =
                    range.isEmpty()
                            ? 0
                            : Integer.parseInt(
                                    range.substring("bytes=".length(), range.length() - 1));
            Answer told = next.poll();
            Answer answer = told == null ? RawCentral::well : told;
            answer.write(from, bytes, socket.getOutputStream());
            // Whoever still reads is not to lose what was written.
            socket.shutdownOutput();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The cache has left: that is what some tests are about.
            return;
        }
    }

    private static String rangeIn(Socket socket) throws IOException {
        var head = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        String range = "";
        for (String line = head.readLine();
                line != null && !line.isEmpty();
                line = head.readLine()) {
            if (line.regionMatches(true, 0, "range:", 0, "range:".length())) {
                range = line.substring("range:".length()).strip();
            }
        }
        return range;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
