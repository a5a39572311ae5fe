package stagecoach.packages.feeds.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that opens tunnels to one port of this computer, whatever it is asked for. */
final class TunnelProxy implements AutoCloseable {
    /** The heads of the requests. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final ServerSocket listening;
    private final int behind;
    private final Optional<String> wanted;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /**
     * @param behind where its tunnels lead; with 0 it opens none
     * @param wanted the {@code Proxy-Authorization} that it lets pass; any, if empty
     */
    TunnelProxy(int behind, Optional<String> wanted) throws IOException {
        this.behind = behind;
        this.wanted = wanted;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            asked.add(head);
            OutputStream out = client.getOutputStream();
            if (wanted.isPresent() && !head.contains("roxy-Authorization: " + wanted.get())) {
                say(
                        out,
                        "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"");
            } else if (behind == 0) {
                say(out, "403 Forbidden");
            } else {
                try (Socket server = new Socket(InetAddress.getLoopbackAddress(), behind)) {
                    open.add(server);
                    out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    Thread back = Thread.ofVirtual().start(() -> pump(server, client));
                    pump(client, server);
                    back.join();
                }
            }
        } catch (IOException broken) {
            // Whoever asked sees it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(OutputStream out, String status) throws IOException {
        out.write(
                ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** Byte by byte: what follows is TLS. */
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request came");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException broken) {
            // The other direction ends, too.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
