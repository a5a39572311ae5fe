package stagecoach.gateway.app.crowd;

import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.gateway.app.refusal.Refusals;

/**
 * Those who stand in the door of a port: connections, beyond their TLS handshake, that have not
 * shown yet what they are for. They are counted, by address too, and each has a time by which it is
 * closed.
 */
public final class Doorway {
    private static final Logger LOG = Logger.getLogger(Doorway.class);

    private final Vertx vertx;
    private final String port;
    private final int waitingMax;
    private final int waitingOfOneMax;
    private final Refusals refusals;
    private final Runnable noRoom;
    private final Map<SocketAddress, Visit> visits = new HashMap<>();
    private final Map<String, Integer> byHost = new HashMap<>();

    /** Somebody in the door. */
    private static final class Visit {
        private final HttpConnection connection;

        /** Whoever was served and now wants nothing more has done nothing wrong. */
        private final boolean served;

        private long timer;

        Visit(HttpConnection connection, boolean served) {
            this.connection = connection;
            this.served = served;
        }
    }

    /**
     * The door of {@code port}, which is its name in the log.
     *
     * @param noRoom told whenever somebody is closed who has only just come
     */
    public Doorway(
            Vertx vertx, String port, CrowdConfig config, Refusals refusals, Runnable noRoom) {
        this.vertx = vertx;
        this.port = port;
        this.waitingMax = config.waitingMax();
        this.waitingOfOneMax = config.waitingOfOneMax();
        this.refusals = refusals;
        this.noRoom = noRoom;
    }

    /**
     * Somebody comes, and is closed if there is no room, or if he still stands here when his time
     * is over. To be called once for each connection, and again through {@link #again}.
     */
    public void enter(HttpConnection connection, Duration within) {
        connection.closeHandler(closed -> leave(connection.remoteAddress()));
        if (!stand(connection, within, false)) {
            noRoom.run();
            refuse(
                    connection.remoteAddress(),
                    "So many connections to the %s port had not shown what they are for that it was closed."
                            .formatted(port));
            connection.close();
        }
    }

    /**
     * A connection is back in the door, for what it wanted is done; if it wants nothing more, or
     * there is no room, it is closed, and nobody is told of that.
     */
    public void again(HttpConnection connection, Duration within) {
        if (!stand(connection, within, true)) {
            connection.close();
        }
    }

    private boolean stand(HttpConnection connection, Duration within, boolean served) {
        SocketAddress from = connection.remoteAddress();
        boolean taken;
        synchronized (visits) {
            taken =
                    visits.size() < waitingMax
                            && byHost.getOrDefault(from.host(), 0) < waitingOfOneMax;
            if (taken && visits.put(from, new Visit(connection, served)) == null) {
                byHost.merge(from.host(), 1, Integer::sum);
            }
        }
        if (taken) {
            within(from, within);
        }
        return taken;
    }

    /** Gives whoever stands in the door so long from now on. */
    public void within(SocketAddress from, Duration time) {
        synchronized (visits) {
            Visit visit = visits.get(from);
            if (visit != null) {
                vertx.cancelTimer(visit.timer);
                visit.timer = vertx.setTimer(time.toMillis(), id -> tooLong(from, visit));
            }
        }
    }

    private void tooLong(SocketAddress from, Visit visit) {
        synchronized (visits) {
            if (visits.get(from) != visit) {
                return;
            }
        }
        if (!visit.served) {
            refuse(
                    from,
                    "A connection to the %s port did not show in time what it is for."
                            .formatted(port));
        }
        leave(from);
        visit.connection.close();
    }

    private void refuse(SocketAddress from, String why) {
        LOG.debugf("refused in the door port=%s from=%s why=%s", port, from, why);
        refusals.stranger(Refusal.CROWD, from.host(), Optional.empty(), why);
    }

    /** A handshake failed: whose, is known as little as what he wanted. */
    public void handshakeFailed(Throwable e) {
        LOG.debugf("handshake failed port=%s cause=%s", port, e.getClass().getSimpleName());
        if (e instanceof SSLException failure) {
            refusals.stranger(
                    Refusal.HANDSHAKE,
                    "an unknown address",
                    Optional.empty(),
                    "At the %s port: %s".formatted(port, sentence(failure)));
        }
    }

    /** Never in the exception's own words: these may quote what came, with all its secrets. */
    private static String sentence(SSLException failure) {
        if (failure instanceof NotSslRecordException) {
            return "It speaks no TLS.";
        }
        return failure.getCause() instanceof CertificateException
                ? "It showed no certificate that can be read."
                : "Its TLS handshake failed; it may have shown no certificate, or know no TLS 1.3.";
    }

    /** Whoever came from there has shown what he is for, or has gone. */
    public void leave(SocketAddress from) {
        @Nullable Visit visit;
        synchronized (visits) {
            visit = visits.remove(from);
            if (visit != null) {
                byHost.computeIfPresent(from.host(), (host, n) -> n > 1 ? n - 1 : null);
            }
        }
        if (visit != null) {
            vertx.cancelTimer(visit.timer);
        }
    }

    /** Whether so many stand here that who need not come in now should come later. */
    public boolean isCrowded(SocketAddress from) {
        synchronized (visits) {
            return visits.size() > waitingMax / 2
                    || byHost.getOrDefault(from.host(), 0) > waitingOfOneMax / 2;
        }
    }

    /** How many stand here. */
    public int count() {
        synchronized (visits) {
            return visits.size();
        }
    }
}
