package stagecoach.packages.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** The line over which a cache reaches the server: counts what comes, and lets through so much. */
final class Link implements AutoCloseable {
    private static final int PIECE = 1 << 14;
    private static final int BUFFER = 1 << 15;
    private static final int UNBOUNDED = 1 << 20;

    private final ServerSocket server;
    private final IntSupplier to;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong bytes = new AtomicLong();
    private final Semaphore pieces = new Semaphore(UNBOUNDED);
    private volatile long oneWayMillis;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Link(IntSupplier to) {
        this.to = to;
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:%d".formatted(server.getLocalPort());
    }

    /** What went to the cache, headers and all. */
    long bytes() {
        return bytes.get();
    }

    /** From now on only so many bytes more, about, until {@link #open}. */
    void narrow(int bytesMore) {
        pieces.drainPermits();
        pieces.release(Math.max(1, bytesMore / PIECE));
    }

    void open() {
        pieces.release(UNBOUNDED);
    }

    /** From now on whatever is said takes so long to be heard, either way. */
    void far(Duration oneWay) {
        oneWayMillis = oneWay.toMillis();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                connect(server.accept());
            } catch (IOException e) {
                // It was closed.
                return;
            }
        }
    }

    /** Where the server is down just now, the cache finds its connection closed. */
    private void connect(Socket cache) throws IOException {
        var central = new Socket();
        try {
            // Little lies between the two, so that little is left of one that was killed.
            central.setReceiveBufferSize(BUFFER);
            cache.setSendBufferSize(BUFFER);
            central.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getAsInt()));
        } catch (IOException e) {
            cache.close();
            central.close();
            return;
        }
        open.add(cache);
        open.add(central);
        threads.execute(() -> pipe(cache, central, false));
        threads.execute(() -> pipe(central, cache, true));
    }

    private void pipe(Socket from, Socket into, boolean counted) {
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            byte[] piece = new byte[PIECE];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                if (counted) {
                    pieces.acquire();
                    bytes.addAndGet(count);
                }
                var _ = new Semaphore(0).tryAcquire(oneWayMillis, TimeUnit.MILLISECONDS);
                out.write(piece, 0, count);
            }
        } catch (IOException e) {
            // One side went away, and the other is closed with it.
            open.remove(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
