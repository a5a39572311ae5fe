package stagecoach.gateway.app.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A line to the gateway that is quick in one direction and slow in the other, from it. */
public final class SlowLine implements AutoCloseable {
    private static final int PART = 4 * 1024;

    private final ServerSocket listener = new ServerSocket();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final int target;
    private final long nanosAPart;

    /** A line to {@code target}, over which so many bytes a second come from there. */
    public SlowLine(int target, int bytesASecond) throws IOException {
        this.target = target;
        this.nanosAPart = 1_000_000_000L * PART / bytesASecond;
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    /** Its near end. */
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                var far = new Socket();
                // It keeps little in itself.
                far.setReceiveBufferSize(32 * PART);
                near.setSendBufferSize(32 * PART);
                far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                open.add(near);
                open.add(far);
                Thread.ofVirtual().start(() -> pass(near, far, 0));
                Thread.ofVirtual().start(() -> pass(far, near, nanosAPart));
            } catch (IOException refusedOrClosed) {
                // The next one may get through.
            }
        }
    }

    private static void pass(Socket from, Socket to, long nanosAPart) {
        byte[] buffer = new byte[PART];
        try (from;
                to) {
            long due = System.nanoTime();
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                due = Math.max(due, System.nanoTime()) + nanosAPart * n / PART;
                LockSupport.parkNanos(due - System.nanoTime());
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException cutOff) {
            // Both sides are closed, as in life.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
