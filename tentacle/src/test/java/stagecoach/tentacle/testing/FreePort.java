package stagecoach.tentacle.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds a port of 127.0.0.1 for a process that is yet to listen there. */
public final class FreePort {
    /** Below those that an outgoing connection may get before the process has begun to listen. */
    private static final int FIRST = 18_000;

    private static final int LAST = 32_000;
    private static final int TRIES_MAX = 2_000;

    private FreePort() {}

    /** One that nobody listens on, chosen at random. */
    public static int find() {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            int candidate = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("no port is free between %d and %d".formatted(FIRST, LAST));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
