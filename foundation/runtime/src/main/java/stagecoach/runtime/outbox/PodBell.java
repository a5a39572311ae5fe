package stagecoach.runtime.outbox;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.pods.OtherPods;
import stagecoach.runtime.store.Doorbell;

/**
 * Carries the doorbell, and what else is told, to the other pods of the service, by NOTIFY on a
 * connection of its own and never inside the transaction that appends: that would take a lock of
 * the whole instance. It saves time only; what it loses while the connection is away, polling
 * finds.
 */
@Singleton
public class PodBell {
    /** Of all rings within this time one is carried. */
    static final long EVERY_MILLIS = 10;

    private static final long RECONNECT_MILLIS = 1_000;

    private final Vertx vertx;
    private final Doorbell doorbell;
    private final OtherPods others;
    private final String channel;
    private final String pod = UUID.randomUUID().toString();
    private final PgSubscriber subscriber;
    private final ConcurrentMap<String, Ringing> bySubject = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /** Of this process, or of one that a test plays. */
    public PodBell(
            Vertx vertx,
            Doorbell doorbell,
            OtherPods others,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") String user,
            @ConfigProperty(name = "quarkus.datasource.password") String password,
            @ConfigProperty(name = "stagecoach.schema") String schema) {
        this.vertx = vertx;
        this.doorbell = doorbell;
        this.others = others;
        this.channel = "stagecoach_" + schema;
        this.subscriber =
                PgSubscriber.subscriber(
                        vertx,
                        PgConnectOptions.fromUri(url)
                                .setUser(user)
                                .setPassword(password)
                                // A NOTIFY is a commit, too, and need not wait for the disk.
                                .addProperty("synchronous_commit", "off"));
    }

    void start(@Observes StartupEvent event) {
        start();
    }

    /** Listens and carries; the result is there when the first connection is. */
    public Future<Void> start() {
        subscriber.reconnectPolicy(failures -> RECONNECT_MILLIS);
        subscriber.channel(channel).handler(this::heard);
        var relay = new Ringing(pod);
        doorbell.onRing(relay::rung);
        others.onTell(
                subject ->
                        bySubject
                                .computeIfAbsent(subject, _ -> new Ringing(pod + " " + subject))
                                .rung());
        return connect();
    }

    private Future<Void> connect() {
        return subscriber
                .connect()
                .recover(
                        failure ->
                                stopping
                                        ? Future.failedFuture(failure)
                                        : vertx.timer(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)
                                                .compose(fired -> connect()));
    }

    void stop(@Observes ShutdownEvent event) {
        stop();
    }

    /** Neither hears nor carries any more. */
    public Future<Void> stop() {
        stopping = true;
        return subscriber.close();
    }

    /** The name of a pod, and behind it what it tells of, unless that is the relay's. */
    private void heard(String said) {
        int space = said.indexOf(' ');
        String from = space < 0 ? said : said.substring(0, space);
        if (from.equals(pod)) {
            return;
        }
        if (space < 0) {
            // What was committed may have come while the connection was away: it is looked for.
            doorbell.wake();
        } else {
            others.heard(said.substring(space + 1));
        }
    }

    /** One kind of news, which is carried by its words. */
    private final class Ringing {
        private final String words;
        private final AtomicBoolean due = new AtomicBoolean();
        private volatile long carriedAt = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

        Ringing(String words) {
            this.words = words;
        }

        void rung() {
            if (stopping || !due.compareAndSet(false, true)) {
                return;
            }
            long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - carriedAt);
            if (since >= EVERY_MILLIS) {
                carry();
            } else {
                vertx.setTimer(EVERY_MILLIS - since, _ -> carry());
            }
        }

        private void carry() {
            carriedAt = System.nanoTime();
            due.set(false);
            @Nullable SqlConnection connection = subscriber.actualConnection();
            if (connection == null) {
                return;
            }
            connection
                    .query("NOTIFY %s, '%s'".formatted(channel, words))
                    .execute()
                    .onFailure(
                            failure ->
                                    Log.debugf(
                                            "Other pods could not be woken; they poll. cause=%s",
                                            failure.toString()));
        }
    }
}
