package stagecoach.tentacle.packages;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A port at which no connection comes to stand: its queue is full, and nobody takes from it. */
final class BlackHole implements AutoCloseable {
    private static final int MORE_THAN_IT_QUEUES = 8;

    private final ServerSocket port;
    private final List<SocketChannel> waiting = new ArrayList<>();

    BlackHole() throws IOException {
        port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        for (int n = 0; n < MORE_THAN_IT_QUEUES; n++) {
            SocketChannel one = SocketChannel.open();
            one.configureBlocking(false);
            one.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getLocalPort()));
            waiting.add(one);
        }
    }

    String url() {
        return "https://127.0.0.1:" + port.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel one : waiting) {
            one.close();
        }
        port.close();
    }
}
