package stagecoach.gateway.app.bytes;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.gateway.app.crowd.Doorway;
import stagecoach.gateway.app.enrolment.Certificates;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.runtime.access.ServiceToken;

/**
 * The port that tentacles read packages from and send collected files to: so that bytes never delay
 * control. Its event loops are its own for the same reason: they encrypt all that goes through, and
 * a command behind them would wait until each of their connections has had its turn.
 */
@Singleton
class BytesPort {
    private static final Logger LOG = Logger.getLogger(BytesPort.class);
    private static final Duration IDLE_MAX = Duration.ofMinutes(1);
    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final int START_SECONDS_MAX = 30;

    private final Vertx loops;
    private final GatewayIdentity identity;
    private final BytesConfig config;
    private final CrowdConfig crowd;
    private final Doorway doorway;
    private final Certificates certificates;
    private final Refusals refusals;
    private final Mailbox mailbox;
    private final ServiceToken serviceToken;

    BytesPort(
            GatewayIdentity identity,
            BytesConfig config,
            CrowdConfig crowd,
            Certificates certificates,
            Refusals refusals,
            Mailbox mailbox,
            ServiceToken serviceToken) {
        this.loops =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(config.acceptors())
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setClassPathResolvingEnabled(false)
                                                .setFileCachingEnabled(false)));
        this.identity = identity;
        this.config = config;
        this.crowd = crowd;
        this.doorway = new Doorway(loops, "bytes", crowd, refusals, () -> {});
        this.certificates = certificates;
        this.refusals = refusals;
        this.mailbox = mailbox;
        this.serviceToken = serviceToken;
    }

    void start(@Observes @Priority(3000) StartupEvent event) throws Exception {
        loops.deployVerticle(
                        Acceptor::new, new DeploymentOptions().setInstances(config.acceptors()))
                .toCompletionStage()
                .toCompletableFuture()
                .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        LOG.infof("bytes port open host=%s port=%d", config.host(), config.port());
    }

    void stop(@Observes @Priority(2000) ShutdownEvent event) {
        loops.close();
    }

    /** Event loops that carry bytes, and nothing else. */
    Vertx loops() {
        return loops;
    }

    /** One event loop's share of the port, with its own connections to the package-service. */
    private final class Acceptor extends AbstractVerticle {
        @Override
        public void start(Promise<Void> started) {
            var callers = new Callers(context, certificates, doorway, crowd);
            var packages =
                    new PackageBytes(
                            client(config.readsMax(), Duration.ZERO),
                            callers,
                            refusals,
                            mailbox,
                            serviceToken,
                            config,
                            vertx);
            var artifacts =
                    new ArtifactBytes(
                            client(config.artifactsMax(), IDLE_MAX),
                            callers,
                            refusals,
                            mailbox,
                            serviceToken,
                            config,
                            vertx);
            vertx.createHttpServer(
                            identity.mutualTls()
                                    .setHost(config.host())
                                    .setPort(config.port())
                                    .setIdleTimeout(Math.toIntExact(IDLE_MAX.toSeconds()))
                                    .setIdleTimeoutUnit(TimeUnit.SECONDS))
                    .connectionHandler(connection -> doorway.enter(connection, crowd.headWithin()))
                    .requestHandler(
                            request -> {
                                if (request.path() != null
                                        && request.path().startsWith(ArtifactBytes.PATH)) {
                                    artifacts.handle(request);
                                } else {
                                    packages.handle(request);
                                }
                            })
                    .exceptionHandler(doorway::handshakeFailed)
                    .listen()
                    .<Void>mapEmpty()
                    .onComplete(started);
        }

        /**
         * Uploads have connections of their own: no read waits for one.
         *
         * @param idleMax zero where silence is watched by whoever reads
         */
        private HttpClient client(int atOnce, Duration idleMax) {
            return vertx.createHttpClient(
                    new HttpClientOptions()
                            .setDefaultHost(config.packageServiceUrl().getHost())
                            .setDefaultPort(config.packageServiceUrl().getPort())
                            .setMaxPoolSize(atOnce)
                            .setConnectTimeout(CONNECT_MILLIS_MAX)
                            .setIdleTimeout(Math.toIntExact(idleMax.toMillis()))
                            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                            .setDecompressionSupported(false));
        }
    }
}
