package stagecoach.gateway.app.session;

import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.enrolment.AgentKind;
import stagecoach.gateway.app.enrolment.Agents;
import stagecoach.gateway.app.enrolment.Certificates;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.mailbox.CommandReaders;
import stagecoach.gateway.app.mailbox.Deliveries;
import stagecoach.gateway.app.mailbox.Dispatch;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.gateway.app.mailbox.MailboxStore;
import stagecoach.gateway.app.output.LogRelay;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.local.engines.FreePort;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.outbox.PodBell;
import stagecoach.runtime.pods.OtherPods;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.test.StagecoachResource;

/**
 * Starts further gateway processes on the same database, as far as sessions go: each has its own
 * pod, registry, port and lease. Commands are taken in by the application under test only, unless a
 * test reads them in the name of another one.
 */
@Singleton
public class AnotherGateway {
    private final Vertx vertx;
    private final GatewayIdentity identity;
    private final SessionConfig config;
    private final EnrolHandler enrolment;
    private final Mailbox mailbox;
    private final MailboxStore mails;
    private final Deliveries deliveries;
    private final LogRelay relay;
    private final UnitOfWork unitOfWork;
    private final MachineWork work;
    private final CrowdConfig crowd;
    private final CommandHandler commands;
    private final AgentKind kind;
    private final Agents agents;
    private final Certificates certificates;
    private final Refusals refusals;
    private final CommandReaders readers;
    private final Clock clock;
    private final BellPlace bells;

    AnotherGateway(
            Vertx vertx,
            GatewayIdentity identity,
            SessionConfig config,
            EnrolHandler enrolment,
            Mailbox mailbox,
            MailboxStore mails,
            Deliveries deliveries,
            LogRelay relay,
            UnitOfWork unitOfWork,
            MachineWork work,
            CrowdConfig crowd,
            CommandHandler commands,
            AgentKind kind,
            Agents agents,
            Certificates certificates,
            Refusals refusals,
            CommandReaders readers,
            Clock clock,
            BellPlace bells) {
        this.vertx = vertx;
        this.identity = identity;
        this.config = config;
        this.enrolment = enrolment;
        this.mailbox = mailbox;
        this.mails = mails;
        this.deliveries = deliveries;
        this.relay = relay;
        this.unitOfWork = unitOfWork;
        this.work = work;
        this.crowd = crowd;
        this.commands = commands;
        this.kind = kind;
        this.agents = agents;
        this.certificates = certificates;
        this.refusals = refusals;
        this.readers = readers;
        this.clock = clock;
        this.bells = bells;
    }

    /** Where processes hear of each other. */
    @Singleton
    static class BellPlace {
        private final Vertx vertx;
        private final String url;
        private final String user;
        private final String password;
        private final String schema;

        BellPlace(
                Vertx vertx,
                @ConfigProperty(name = "quarkus.datasource.reactive.url") String url,
                @ConfigProperty(name = "quarkus.datasource.username") String user,
                @ConfigProperty(name = "quarkus.datasource.password") String password,
                @ConfigProperty(name = "stagecoach.schema") String schema) {
            this.vertx = vertx;
            this.url = url;
            this.user = user;
            this.password = password;
            this.schema = schema;
        }

        private PodBell bell(OtherPods others) {
            return new PodBell(vertx, new Doorbell(), others, url, user, password, schema);
        }
    }

    /** Starts one. */
    public Running start() throws Exception {
        return start(config.pollEvery());
    }

    /** Starts one that looks so rarely for what another process took in and did not tell it. */
    public Running start(Duration pollEvery) throws Exception {
        int port = FreePort.find(1).getFirst();
        var own = new OnPort(config, port, pollEvery);
        var otherPods = new OtherPods();
        PodBell bell = bells.bell(otherPods);
        var pod = new Pod("another-" + UUID.randomUUID());
        var store = new SessionStore();
        var sessions = new Sessions(store, pod);
        var dispatch = new Dispatch(unitOfWork, work, mails, mailbox, sessions, clock);
        var presence = new Presence(work, commands, kind, agents, store, mailbox, pod, clock);
        var homecoming = new Homecoming(own);
        var reception =
                new Reception(
                        own,
                        presence,
                        mailbox,
                        dispatch,
                        deliveries,
                        relay,
                        sessions,
                        refusals,
                        identity);
        var agentPort =
                new AgentPort(
                        vertx,
                        identity,
                        own,
                        crowd,
                        homecoming,
                        enrolment,
                        reception,
                        sessions,
                        certificates,
                        refusals);
        var lease =
                new PodLease(
                        store,
                        sessions,
                        presence,
                        agents,
                        unitOfWork,
                        own,
                        homecoming,
                        readers,
                        otherPods,
                        pod,
                        clock);
        lease.start(null);
        bell.start()
                .toCompletionStage()
                .toCompletableFuture()
                .get(StagecoachResource.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        agentPort.start(null);
        return new Running(port, pod, agentPort, lease, bell, sessions, dispatch, reception);
    }

    /** A gateway process that runs. */
    public record Running(
            int port,
            Pod pod,
            AgentPort agentPort,
            PodLease lease,
            PodBell bell,
            Sessions sessions,
            Dispatch dispatch,
            Reception reception) {
        /** It is told to stop, and does so properly. */
        public void stop() {
            var _ = bell.stop();
            lease.stop(null);
            agentPort.stop(null);
        }

        /** It is gone from one moment to the next: nothing is said, nothing is written. */
        public void kill() {
            var _ = bell.stop();
            sessions.takeNoMore();
            lease.halt();
            agentPort.stop(null);
        }
    }

    private record OnPort(SessionConfig others, int port, Duration pollEvery)
            implements SessionConfig {
        @Override
        public String host() {
            return others.host();
        }

        @Override
        public int acceptors() {
            return 1;
        }

        @Override
        public Duration helloWithin() {
            return others.helloWithin();
        }

        @Override
        public Duration pingEvery() {
            return others.pingEvery();
        }

        @Override
        public Duration silenceMax() {
            return others.silenceMax();
        }

        @Override
        public Duration lease() {
            return others.lease();
        }

        @Override
        public Duration leaseEvery() {
            return others.leaseEvery();
        }

        @Override
        public Duration takeOverAfter() {
            return others.takeOverAfter();
        }

        @Override
        public Duration compareEvery() {
            return others.compareEvery();
        }

        @Override
        public Duration restartGrace() {
            return others.restartGrace();
        }

        @Override
        public Duration seenEvery() {
            return others.seenEvery();
        }
    }
}
