package stagecoach.tentacle.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;

/** An HTTP server that writes exactly what a test tells it to, over mutual TLS or in the clear. */
public final class RawServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger number = new AtomicInteger();
    private volatile boolean closed;

    /** Answers one request; the connection is closed afterwards. */
    @FunctionalInterface
    public interface Behaviour {
        void answer(Request request, OutputStream out) throws Exception;
    }

    /** A request as it came. */
    public record Request(
            int number, String line, Map<String, String> headers, String client, String suite) {
        public long rangeStart() {
            String range = headers.get("range");
            return range == null
                    ? 0
                    : Long.parseLong(range.substring("bytes=".length(), range.length() - 1));
        }
    }

    private RawServer(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
        Thread.ofVirtual().start(this::accept);
    }

    public static RawServer tls(Identity identity, Behaviour behaviour) throws IOException {
        return tls(identity, new String[0], behaviour);
    }

    public static RawServer tls(Identity identity, String[] cipherSuites, Behaviour behaviour)
            throws IOException {
        SSLServerSocket listener = listener(identity);
        listener.setNeedClientAuth(true);
        if (cipherSuites.length > 0) {
            listener.setEnabledCipherSuites(cipherSuites);
        }
        return new RawServer(listener, behaviour);
    }

    /** Over TLS in which only the server shows itself. */
    public static RawServer ownTls(Identity identity, Behaviour behaviour) throws IOException {
        return new RawServer(listener(identity), behaviour);
    }

    private static SSLServerSocket listener(Identity identity) throws IOException {
        return (SSLServerSocket)
                identity.tls(PinnedTrust.anyWellFormed())
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    public static RawServer plain(Behaviour behaviour) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
    }

    public String url() {
        return (listener instanceof SSLServerSocket ? "https" : "http")
                + "://127.0.0.1:"
                + listener.getLocalPort();
    }

    public List<Request> requests() {
        return requests;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                if (!closed) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Request request = read(socket);
            requests.add(request);
            behaviour.answer(request, socket.getOutputStream());
        } catch (SocketException | javax.net.ssl.SSLException theClientLeft) {
            // That is what some tests are about.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Request read(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        String line = line(in);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        String client = "";
        String suite = "";
        if (socket instanceof SSLSocket tls) {
            client = tls.getNeedClientAuth() ? Thumbprint.ofPeer(tls.getSession()).value() : "";
            suite = tls.getSession().getCipherSuite();
        }
        return new Request(number.incrementAndGet(), line, headers, client, suite);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new SocketException("closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    public static void head(OutputStream out, String status, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Gives the bytes from where they are asked for, whole and right. */
    public static void serve(Request request, OutputStream out, byte[] bytes) throws IOException {
        serve(request, out, bytes, bytes.length);
    }

    /** Gives so many bytes from the first on, and tells no length: where they end is the end. */
    public static void withoutLength(OutputStream out, byte[] bytes, int until) throws IOException {
        head(out, "200 OK");
        out.write(bytes, 0, until);
    }

    /** The same in one chunk, behind which there may be the end of all. */
    public static void inChunks(OutputStream out, byte[] bytes, int until, boolean ended)
            throws IOException {
        head(out, "200 OK", "Transfer-Encoding: chunked");
        out.write(
                "%x\r\n"
                        .formatted(ended ? until : 2 * until)
                        .getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes, 0, until);
        if (ended) {
            out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** Promises all bytes and cuts off after so many of them, counted from the first. */
    public static void serve(Request request, OutputStream out, byte[] bytes, int until)
            throws IOException {
        int start = (int) request.rangeStart();
        if (start == 0) {
            head(out, "200 OK", "Content-Length: " + bytes.length);
        } else {
            head(
                    out,
                    "206 Partial Content",
                    "Content-Length: " + (bytes.length - start),
                    "Content-Range: bytes %d-%d/%d"
                            .formatted(start, bytes.length - 1, bytes.length));
        }
        out.write(bytes, start, Math.max(0, until - start));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
    }
}
