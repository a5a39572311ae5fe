package stagecoach.tentacle.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes bytes on, and cuts connections: on demand, or after a number of bytes from the gateway's
 * side or the tentacle's.
 */
public final class CuttingRelay implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
    private final AtomicLong cutAfterBytes = new AtomicLong(Long.MAX_VALUE);
    private volatile long nanosAByte;
    private volatile boolean closed;

    public CuttingRelay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public URI uri() {
        return URI.create("https://127.0.0.1:" + listener.getLocalPort());
    }

    private void accept() {
        while (!closed) {
            try {
                Socket near = listener.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(near);
                open.add(far);
                Thread.ofVirtual().start(() -> pass(near, far, false));
                Thread.ofVirtual().start(() -> pass(far, near, true));
            } catch (IOException refusedOrClosed) {
                // The next one may get through.
                if (closed) {
                    return;
                }
            }
        }
    }

    private void pass(Socket from, Socket to, boolean fromGateway) {
        byte[] buffer = new byte[256];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (cutAfterBytes.addAndGet(-count) <= 0) {
                    cutAfterBytes.set(Long.MAX_VALUE);
                    cut();
                    return;
                }
                if (fromGateway) {
                    LockSupport.parkNanos(nanosAByte * count);
                }
                if (!silent.contains(from)) {
                    out.write(buffer, 0, count);
                    out.flush();
                }
            }
        } catch (IOException cutOff) {
            // Both sides are closed, as in life.
        } finally {
            open.remove(from);
            open.remove(to);
            silent.remove(from);
        }
    }

    /** Cuts all connections when so many bytes more have passed, in either direction. */
    public void cutAfter(long bytes) {
        cutAfterBytes.set(bytes);
    }

    /** Passes so many bytes a second on from the gateway, and no more. */
    public void slowDown(long bytesASecond) {
        nanosAByte = 1_000_000_000L / bytesASecond;
    }

    /** Cuts all connections. */
    public void cut() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Keeps the connections that are open but lets nothing more through them. */
    public void silence() {
        silent.addAll(open);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        cut();
    }
}
