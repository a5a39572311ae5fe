package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;

/** Somebody else's program on a machine: it sits on a port until it is sent away. */
final class Intruder implements AutoCloseable {
    private static final Duration LETTING_GO_MAX = Duration.ofSeconds(20);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final ServerSocket socket;

    /** Takes {@code port} of 127.0.0.1 as soon as whoever held it has let go. */
    Intruder(int port) throws IOException, InterruptedException {
        this.socket = taken(port);
    }

    private static ServerSocket taken(int port) throws IOException, InterruptedException {
        var address =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        Instant giveUp = Instant.now().plus(LETTING_GO_MAX);
        while (true) {
            var socket = new ServerSocket();
            try {
                socket.bind(address);
                return socket;
            } catch (BindException held) {
                socket.close();
                if (Instant.now().isAfter(giveUp)) {
                    throw held;
                }
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
