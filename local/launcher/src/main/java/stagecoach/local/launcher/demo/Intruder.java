package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Somebody else's program on a machine: it sits on a port until it is sent away. */
final class Intruder implements AutoCloseable {
    private final ServerSocket socket;

    /** Takes {@code port} of 127.0.0.1. */
    Intruder(int port) throws IOException {
        socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
