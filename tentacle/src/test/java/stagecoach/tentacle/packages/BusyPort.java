package stagecoach.tentacle.packages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A port in front of a server that has too much to do: connections stand, and the first ones come
 * to no word.
 */
final class BusyPort implements AutoCloseable {
    private final ServerSocket port;
    private final int server;
    private final int silentOnes;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    BusyPort(int server, int silentOnes) throws IOException {
        this.port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.server = server;
        this.silentOnes = silentOnes;
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "https://127.0.0.1:" + port.getLocalPort();
    }

    /** How many connections came. */
    int connections() {
        return open.size();
    }

    private void accept() {
        while (!port.isClosed()) {
            try {
                Socket client = port.accept();
                open.add(client);
                if (open.size() > silentOnes) {
                    Socket behind = new Socket(InetAddress.getLoopbackAddress(), server);
                    Thread.ofVirtual().start(() -> passOn(client, behind));
                    Thread.ofVirtual().start(() -> passOn(behind, client));
                }
            } catch (IOException e) {
                if (!port.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void passOn(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException oneOfThemLeft) {
            // The other one is told by the end of its connection.
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
