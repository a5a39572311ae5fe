package stagecoach.tentacle.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A proxy that opens tunnels: every name stands for this machine here, so that names which only the
 * proxy knows can be tested.
 */
public final class TestProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final Function<String, String> answers;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param answers the status line that answers a request, headers and all; {@code 200 …} opens
     *     the tunnel, nothing closes the connection
     */
    public TestProxy(Function<String, String> answers) throws IOException {
        this.answers = answers;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** One that opens every tunnel. */
    public static TestProxy open() throws IOException {
        return new TestProxy(_ -> "200 Connection established");
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** The requests, each with its headers. */
    public List<String> requests() {
        return requests;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket near = listener.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> serve(near));
            } catch (IOException e) {
                if (!closed) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket near) {
        try (near) {
            String request = head(near.getInputStream());
            requests.add(request);
            String answer = answers.apply(request);
            if (answer.isEmpty()) {
                return;
            }
            near.getOutputStream()
                    .write(
                            ("HTTP/1.1 " + answer + "\r\n\r\n")
                                    .getBytes(StandardCharsets.ISO_8859_1));
            if (!answer.startsWith("200")) {
                return;
            }
            String target = request.split(" ", -1)[1];
            int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
            try (Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
                open.add(far);
                Thread back = Thread.ofVirtual().start(() -> pass(far, near));
                pass(near, far);
                back.join();
            }
        } catch (IOException cutOff) {
            // As in life.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(near);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int one = in.read();
            if (one < 0) {
                throw new IOException("closed");
            }
            head.append((char) one);
        }
        return head.toString();
    }

    private static void pass(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException cutOff) {
            // Both sides are closed.
        }
    }

    /** Cuts all connections; new ones are taken. */
    public void cut() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        cut();
    }
}
