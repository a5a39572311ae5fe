package stagecoach.local.launcher.demo.ocean;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A small TCP relay that plays one purpose of the WAN between hq and a region: it counts the bytes
 * both ways and carries nothing while its gate is shut. It knows no protocol.
 */
public final class WanRelay implements AutoCloseable {
    /**
     * What the bytes are for; each purpose has a listener of its own so that they are told apart.
     */
    public enum Purpose {
        /** A cache pulls packages from the server. */
        CACHE,
        /** Sessions of tentacles, enrolment, and the server's words to a cache. */
        CONTROL,
        /** Tentacles read packages through the server. */
        BYTES
    }

    private final String region;
    private final Purpose purpose;
    private final Gate gate;
    private final ServerSocket listener;
    private final InetSocketAddress upstream;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytesToRegion = new AtomicLong();
    private final AtomicLong bytesToHq = new AtomicLong();
    private final AtomicReference<Optional<Instant>> firstByteAt =
            new AtomicReference<>(Optional.empty());
    private final boolean callerIsRegion;
    private volatile long bytesPerSecond = Long.MAX_VALUE;

    /**
     * Listens on a free port of 127.0.0.1.
     *
     * @param upstream where the bytes go
     * @param callerIsRegion whether those who connect are in the region (and the upstream at hq) or
     *     the other way round
     */
    public WanRelay(
            String region,
            Purpose purpose,
            Gate gate,
            InetSocketAddress upstream,
            boolean callerIsRegion)
            throws IOException {
        this.region = region;
        this.purpose = purpose;
        this.gate = gate;
        this.upstream = upstream;
        this.callerIsRegion = callerIsRegion;
        this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("wan-%s-%s".formatted(region, purpose)).start(this::accept);
    }

    public String region() {
        return region;
    }

    public Purpose purpose() {
        return purpose;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Bytes that have left hq for the region. */
    public long bytesToRegion() {
        return bytesToRegion.get();
    }

    /** Bytes that have left the region for hq. */
    public long bytesToHq() {
        return bytesToHq.get();
    }

    /** When the first byte since {@link #forgetFirstByte} went to the region. */
    public Optional<Instant> firstByteAt() {
        return firstByteAt.get();
    }

    /** Begins to look for a first byte anew. */
    public void forgetFirstByte() {
        firstByteAt.set(Optional.empty());
    }

    /** Lets at most so many bytes a second through, each way and connection. */
    public void limit(long bytesPerSecondMax) {
        bytesPerSecond = bytesPerSecondMax;
    }

    /** Cuts every connection; for when the gate is shut. */
    public void cut() {
        open.forEach(WanRelay::closeQuietly);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket caller = listener.accept();
                Thread.ofVirtual().start(() -> relay(caller));
            } catch (SocketException closed) {
                return;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("the relay of " + region + " stopped", e);
            }
        }
    }

    private void relay(Socket caller) {
        open.add(caller);
        var called = new Socket();
        open.add(called);
        try {
            if (!gate.open()) {
                return;
            }
            called.connect(upstream, 2_000);
            AtomicLong there = callerIsRegion ? bytesToHq : bytesToRegion;
            AtomicLong back = callerIsRegion ? bytesToRegion : bytesToHq;
            Thread returning = Thread.ofVirtual().start(() -> carry(called, caller, back));
            carry(caller, called, there);
            returning.join();
        } catch (IOException e) {
            // Whoever is behind is away; the caller sees a closed connection, as on any network.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeQuietly(caller);
            closeQuietly(called);
            open.remove(caller);
            open.remove(called);
        }
    }

    private void carry(Socket from, Socket to, AtomicLong counted) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                counted.addAndGet(read);
                if (counted == bytesToRegion) {
                    firstByteAt.compareAndSet(Optional.empty(), Optional.of(Instant.now()));
                }
                out.write(buffer, 0, read);
                slowDown(read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // One side has gone: so does the other, as on any network.
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private void slowDown(int bytes) {
        long limit = bytesPerSecond;
        if (limit < Long.MAX_VALUE) {
            java.util.concurrent.locks.LockSupport.parkNanos(bytes * 1_000_000_000L / limit);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as anyone can close it.
        }
    }
}
