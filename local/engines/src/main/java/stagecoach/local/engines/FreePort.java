package stagecoach.local.engines;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports of 127.0.0.1 that nothing listens on. */
public final class FreePort {
    /**
     * Below what operating systems hand out to outgoing connections, so that none of those takes
     * the port before its server does.
     */
    private static final int FIRST = 18_000;

    private static final int LAST = 32_000;
    private static final int TRIES_MAX = 2_000;

    private FreePort() {}

    /** So many different free ports, chosen at random. */
    public static List<Integer> find(int count) {
        Set<Integer> found = new LinkedHashSet<>();
        for (int tries = 0; found.size() < count; tries++) {
            if (tries == TRIES_MAX) {
                throw new IllegalStateException(
                        "no free port on 127.0.0.1 between %d and %d".formatted(FIRST, LAST));
            }
            int candidate = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(candidate)) {
                found.add(candidate);
            }
        }
        return List.copyOf(found);
    }

    /** Whether a server could listen on this port of 127.0.0.1 now. */
    public static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
