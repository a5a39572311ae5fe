package stagecoach.gateway.app.dialing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.WebSocket;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Listening;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.decider.StreamId;
import stagecoach.gateway.app.dialing.MachineCalls.Connected;
import stagecoach.gateway.app.enrolment.Agents;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.listening.ListeningMachines;
import stagecoach.gateway.app.listening.ListeningMachines.Call;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.session.AnotherGateway;
import stagecoach.gateway.app.session.SessionConfig;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.ListeningMachine;
import stagecoach.gateway.app.test.ListeningMachine.Link;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.local.engines.FreePort;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.Ticket;

/** Machines that listen, and whoever else is at their addresses. */
@GatewayTest
@Timeout(180)
class ListeningDialerTest {
    private static final Logger LOG = Logger.getLogger(ListeningDialerTest.class);
    private static final Map<AgentId, Integer> REVISIONS = new ConcurrentHashMap<>();
    private static final Duration LONG = Duration.ofDays(1);

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final Set<AgentId> registered = ConcurrentHashMap.newKeySet();

    @Inject Scene scene;
    @Inject Agents agents;
    @Inject GatewayIdentity identity;
    @Inject ListeningMachines machines;
    @Inject UnitOfWork unitOfWork;
    @Inject AnotherGateway others;
    @Inject DialConfig config;
    @Inject SessionConfig sessions;
    @Inject Findings findings;
    @Inject Pod pod;
    @Inject io.vertx.core.Vertx vertx;

    @AfterEach
    void close() throws Exception {
        registered.forEach(agent -> tell(agent, Optional.empty()));
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private ListeningMachine machine() {
        var machine = ListeningMachine.of(Scene.anAgent(), identity.thumbprint());
        open.add(machine);
        return machine;
    }

    private void register(AgentId agent, String address, String thumbprint, boolean off) {
        registered.add(agent);
        tell(
                agent,
                Optional.of(
                        new ConfigurationDocument.Target(
                                agent.target().orElseThrow(),
                                agent.bareId(),
                                List.of(new EnvironmentId("production")),
                                List.of(),
                                Optional.empty(),
                                off,
                                Optional.of(new Listening(address, thumbprint)))));
    }

    private void register(ListeningMachine machine) {
        register(machine.agent(), machine.address(), machine.thumbprint().value(), false);
    }

    private static void tell(AgentId agent, Optional<ConfigurationDocument> document) {
        int revision = REVISIONS.merge(agent, 1, Integer::sum);
        TestEvents.publish(
                Channels.CONFIGURATION,
                StreamId.of("config", Kind.TARGET + ":" + agent.bareId()),
                revision,
                new ConfigurationChanged(Kind.TARGET, agent.bareId(), revision, document),
                EventAttributes.none());
    }

    private static List<AgentHealthChanged> healths(List<AgentReport> reports) {
        return reports.stream()
                .filter(AgentHealthChanged.class::isInstance)
                .map(AgentHealthChanged.class::cast)
                .toList();
    }

    private static String unavailableBecause(AgentId agent, String part) {
        return healths(
                        Scene.reportsOf(
                                agent,
                                seen ->
                                        healths(seen).stream()
                                                .anyMatch(
                                                        each ->
                                                                each.state()
                                                                                == AgentHealth
                                                                                        .UNAVAILABLE
                                                                        && each.reason()
                                                                                .contains(part))))
                .getLast()
                .reason();
    }

    private <T> T run(Function<Tx, T> work) {
        return Scene.onVirtualThread(() -> unitOfWork.run(work));
    }

    @Test
    void a_machine_that_listens_is_dialled_and_does_what_it_is_given_once() {
        ListeningMachine machine = machine();
        register(machine);
        Link first = machine.awaitWelcome(1);
        Ticket ticket = Scene.giveScript(machine.agent());
        first.awaitDelivery(ticket);
        first.say(new Started(ticket));
        // It breaks, and the machine has it in its journal: nothing is delivered twice.
        first.hangUp(1011);
        Link second = machine.awaitWelcome(2);
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        second.say(new Started(ticket));
        second.say(new Ended(ticket, Scene.exited(0)));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> !second.heard(Complete.class).isEmpty());
        assertThat(machine.deliveries(ticket)).hasSize(1);
        assertThat(
                        Scene.reportsOf(
                                ticket,
                                seen -> seen.stream().anyMatch(CommandEnded.class::isInstance)))
                .filteredOn(CommandEnded.class::isInstance)
                .hasSize(1);
        assertThat(Scene.reportsOf(machine.agent(), seen -> !healths(seen).isEmpty()))
                .first()
                .isInstanceOfSatisfying(
                        AgentEnrolled.class,
                        enrolled ->
                                assertThat(enrolled.thumbprint())
                                        .isEqualTo(machine.thumbprint().value()));
    }

    @Test
    void what_it_had_lost_is_sent_again_byte_for_byte_when_it_is_dialled_again() {
        ListeningMachine machine = machine();
        register(machine);
        Link first = machine.awaitWelcome(1);
        Ticket ticket = Scene.giveScript(machine.agent());
        first.awaitDelivery(ticket);
        machine.forgetsAll();
        first.hangUp(1011);
        machine.awaitWelcome(2).awaitDelivery(ticket);
        assertThat(machine.deliveries(ticket)).hasSize(2);
        assertThat(machine.deliveries(ticket).getFirst())
                .isEqualTo(machine.deliveries(ticket).getLast());
    }

    @Test
    void somebody_else_at_its_address_learns_nothing_and_is_told() {
        AgentId agent = Scene.anAgent();
        ListeningMachine stranger = machine();
        String registered = "ab".repeat(32);
        register(agent, stranger.address(), registered, false);
        String reason = unavailableBecause(agent, stranger.thumbprint().value());
        assertThat(reason)
                .contains(stranger.address())
                .contains("which is not that of this machine");
        assertThat(stranger.upgrades()).as("who came beyond the TLS handshake").isZero();
        try (var events = TestEvents.consume(Channels.AGENTS)) {
            var today =
                    StreamId.of(
                            "door", LocalDate.ofInstant(java.time.Instant.now(), ZoneOffset.UTC));
            events.until(
                    today,
                    seen ->
                            seen.stream()
                                    .map(each -> each.event(AgentReport.class))
                                    .map(EntryRefused.class::cast)
                                    .anyMatch(
                                            one ->
                                                    one.refusal() == Refusal.UNKNOWN_CERTIFICATE
                                                            && one.agent()
                                                                    .equals(Optional.of(agent))));
        }
        // Once the right thumbprint is registered, it is dialled.
        register(agent, stranger.address(), stranger.thumbprint().value(), false);
        await().atMost(StagecoachResource.PATIENCE).until(() -> stranger.upgrades() > 0);
    }

    @Test
    void why_a_machine_cannot_be_spoken_with_is_told_in_its_health() throws Exception {
        AgentId nobody = Scene.anAgent();
        register(nobody, "127.0.0.1:" + FreePort.find(1).getFirst(), "01".repeat(32), false);
        AgentId plain = Scene.anAgent();
        AgentId mute = Scene.anAgent();
        AgentId nameless = Scene.anAgent();
        AgentId cloud = Scene.anAgent();
        ListeningMachine silent = machine();
        silent.saysNothing();
        register(silent);
        try (var talker = new ServerSocket(0);
                var deaf = new ServerSocket(0)) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (!talker.isClosed()) {
                                    try (Socket caller = talker.accept()) {
                                        caller.getOutputStream()
                                                .write(
                                                        "220 mail.example ESMTP\r\n"
                                                                .getBytes(US_ASCII));
                                    } catch (java.io.IOException closed) {
                                        return;
                                    }
                                }
                            });
            register(plain, "127.0.0.1:" + talker.getLocalPort(), "02".repeat(32), false);
            register(mute, "127.0.0.1:" + deaf.getLocalPort(), "03".repeat(32), false);
            register(nameless, "no-such-host.invalid:10933", "04".repeat(32), false);
            register(cloud, "169.254.169.254:80", "05".repeat(32), false);
            unavailableBecause(nobody, "refuses connections");
            unavailableBecause(nameless, "knows no address of no-such-host.invalid");
            unavailableBecause(cloud, "where no machine of yours can be");
            unavailableBecause(plain, "speaks no TLS");
            unavailableBecause(mute, "takes connections and says nothing");
            unavailableBecause(silent.agent(), "It did not say hello");
        }
    }

    @Test
    void who_is_disabled_is_hung_up_and_who_has_moved_is_dialled_where_it_is() {
        ListeningMachine machine = machine();
        register(machine);
        Link first = machine.awaitWelcome(1);
        register(machine.agent(), machine.address(), machine.thumbprint().value(), true);
        await().atMost(StagecoachResource.PATIENCE).until(first::isClosed);
        assertThat(first.heard(Goodbye.class))
                .extracting(Goodbye::reason)
                .anyMatch(reason -> reason.contains("disabled"));
        register(machine);
        Link second = machine.awaitWelcome(2);
        ListeningMachine elsewhere = machine();
        register(machine.agent(), elsewhere.address(), machine.thumbprint().value(), false);
        await().atMost(StagecoachResource.PATIENCE).until(second::isClosed);
        unavailableBecause(machine.agent(), elsewhere.thumbprint().value());
        assertThat(elsewhere.upgrades()).isZero();
    }

    @Test
    void what_is_registered_again_stays_as_it_was_renewed_and_what_is_removed_is_trusted_no_more() {
        ListeningMachine machine = machine();
        register(machine);
        Link first = machine.awaitWelcome(1);
        register(machine);
        register(machine);
        Ticket ticket = Scene.giveScript(machine.agent());
        first.awaitDelivery(ticket);
        assertThat(first.isClosed()).isFalse();
        tell(machine.agent(), Optional.empty());
        await().atMost(StagecoachResource.PATIENCE).until(first::isClosed);
        List<AgentReport> reports =
                Scene.reportsOf(
                        machine.agent(),
                        seen -> seen.stream().anyMatch(AgentRevoked.class::isInstance));
        assertThat(reports).filteredOn(AgentEnrolled.class::isInstance).hasSize(1);
        assertThat(machine.links()).hasSize(1);
    }

    @Test
    void a_document_that_was_read_before_brings_no_certificate_back() {
        ListeningMachine machine = machine();
        String first = machine.thumbprint().value();
        register(machine);
        Link before = machine.awaitWelcome(1);
        machine.announcesAnother();
        before.hangUp(1011);
        machine.awaitWelcome(2);
        machine.showsTheOther();
        machine.awaitWelcome(3);
        String second = machine.thumbprint().value();
        // It is told with the target, and sent back; then comes somebody with an old document.
        register(machine.agent(), machine.address(), second, false);
        register(machine.agent(), "127.0.0.1:2", first, true);
        awaitRegistered(machine.agent(), "127.0.0.1:2");
        assertThat(isTrusted(first)).isFalse();
        assertThat(isTrusted(second)).isTrue();

        scene.revoke(machine.agent());
        register(machine.agent(), machine.address(), second, false);
        register(machine.agent(), "127.0.0.1:3", second, true);
        awaitRegistered(machine.agent(), "127.0.0.1:3");
        assertThat(isTrusted(second)).isFalse();
        assertThat(isTrusted(first)).isFalse();
        List<AgentReport> reports =
                Scene.reportsOf(
                        machine.agent(),
                        seen -> seen.stream().anyMatch(AgentRevoked.class::isInstance));
        assertThat(reports).filteredOn(AgentEnrolled.class::isInstance).hasSize(1);

        // Another machine takes its place, and none of the former ones comes back.
        String third = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
        register(machine.agent(), "127.0.0.1:4", third, true);
        awaitRegistered(machine.agent(), "127.0.0.1:4");
        assertThat(isTrusted(third)).isTrue();
        register(machine.agent(), "127.0.0.1:5", second, true);
        register(machine.agent(), "127.0.0.1:6", first, true);
        awaitRegistered(machine.agent(), "127.0.0.1:6");
        assertThat(isTrusted(second)).isFalse();
        assertThat(isTrusted(first)).isFalse();
        assertThat(isTrusted(third)).isTrue();
    }

    @Test
    void former_certificates_are_found_in_the_history_of_before_there_was_a_table()
            throws Exception {
        AgentId agent = Scene.anAgent();
        Machine first = scene.enrolled(agent);
        Machine second = scene.enrolled(agent);
        Machine present = scene.enrolled(agent);
        String migration;
        try (var file =
                getClass()
                        .getResourceAsStream(
                                "/db/gateway/V0440__former_certificates_at_one_place.sql")) {
            migration = new String(requireNonNull(file).readAllBytes(), US_ASCII);
        }
        String fill = migration.substring(0, migration.indexOf(';'));
        List<String> former =
                run(
                        tx -> {
                            tx.execute(
                                    "DELETE FROM former_certificate WHERE agent = ?1",
                                    agent.value());
                            tx.execute(fill);
                            return tx
                                    .select(
                                            "SELECT thumbprint FROM former_certificate WHERE agent = ?1",
                                            agent.value())
                                    .stream()
                                    .map(row -> row.text(0))
                                    .toList();
                        });
        assertThat(former)
                .containsExactlyInAnyOrder(first.thumbprint().value(), second.thumbprint().value())
                .doesNotContain(present.thumbprint().value());
    }

    @Test
    void nor_one_that_was_announced_and_never_shown() {
        ListeningMachine machine = machine();
        register(machine);
        Link before = machine.awaitWelcome(1);
        List<String> announced = new ArrayList<>();
        for (int sessions = 2; sessions <= 3; sessions++) {
            announced.add(machine.announcesAnother().value());
            machine.links().getLast().hangUp(1011);
            machine.awaitWelcome(sessions);
        }
        assertThat(before.isClosed()).isTrue();
        assertThat(isTrusted(announced.getLast())).isTrue();
        scene.revoke(machine.agent());
        for (String each : announced) {
            String address = "127.0.0.1:" + (2 + announced.indexOf(each));
            register(machine.agent(), address, each, true);
            awaitRegistered(machine.agent(), address);
            assertThat(isTrusted(each)).isFalse();
        }
    }

    @Test
    void nor_does_it_when_the_machine_has_dialled_or_was_removed_and_enrolled_in_between() {
        AgentId agent = Scene.anAgent();
        String first = (UUID.randomUUID() + "" + UUID.randomUUID()).replace("-", "");
        register(agent, "127.0.0.1:1", first, true);
        awaitRegistered(agent, "127.0.0.1:1");
        assertThat(isTrusted(first)).isTrue();
        tell(agent, Optional.of(Scene.documentOf(agent)));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> run(tx -> machines.registered(tx, agent)).isEmpty());
        Machine dials = scene.enrolled(agent);
        register(agent, "127.0.0.1:2", first, true);
        awaitRegistered(agent, "127.0.0.1:2");
        assertThat(isTrusted(first)).isFalse();
        assertThat(isTrusted(dials.thumbprint().value())).isTrue();

        tell(agent, Optional.empty());
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> !isTrusted(dials.thumbprint().value()));
        Machine dialsAnew = scene.enrolled(agent);
        register(agent, "127.0.0.1:3", dials.thumbprint().value(), true);
        register(agent, "127.0.0.1:4", first, true);
        awaitRegistered(agent, "127.0.0.1:4");
        assertThat(isTrusted(first)).isFalse();
        assertThat(isTrusted(dials.thumbprint().value())).isFalse();
        assertThat(isTrusted(dialsAnew.thumbprint().value())).isTrue();
    }

    @Test
    void a_certificate_of_another_machine_is_not_registered_and_its_own_is_afterwards() {
        ListeningMachine one = machine();
        register(one);
        one.awaitWelcome(1);
        ListeningMachine two = machine();
        register(two.agent(), two.address(), one.thumbprint().value(), false);
        assertThat(unavailableBecause(two.agent(), one.agent().value()))
                .contains("Register the machine's own");
        register(two);
        two.awaitWelcome(1);
        assertThat(one.links()).hasSize(1);
        assertThat(one.links().getFirst().isClosed()).isFalse();
    }

    @Test
    void one_that_is_connected_and_is_registered_with_that_of_another_is_hung_up_for_that_reason() {
        ListeningMachine one = machine();
        register(one);
        one.awaitWelcome(1);
        ListeningMachine two = machine();
        register(two);
        Link link = two.awaitWelcome(1);
        register(two.agent(), two.address(), one.thumbprint().value(), false);
        List<AgentReport> reports =
                Scene.reportsOf(two.agent(), ListeningDialerTest::wasThereAndIsNot);
        assertThat(healths(reports).getLast().reason())
                .contains(one.agent().value())
                .contains("Register the machine's own");
        await().atMost(StagecoachResource.PATIENCE).until(link::isClosed);
        register(two);
        two.awaitWelcome(2);
    }

    private static boolean wasThereAndIsNot(List<AgentReport> reports) {
        List<AgentHealth> states =
                healths(reports).stream().map(AgentHealthChanged::state).toList();
        return states.contains(AgentHealth.HEALTHY) && states.getLast() == AgentHealth.UNAVAILABLE;
    }

    private boolean isTrusted(String thumbprint) {
        return run(tx -> agents.trusted(tx, new Thumbprint(thumbprint)).isPresent());
    }

    /** Then all that was told before has come, too. */
    private void awaitRegistered(AgentId agent, String address) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                run(
                                        tx ->
                                                !tx.select(
                                                                "SELECT 1 FROM listening WHERE agent = ?1 AND address = ?2",
                                                                agent.value(),
                                                                address)
                                                        .isEmpty()));
    }

    @Test
    void the_machines_of_a_dead_process_are_dialled_by_another_and_the_dead_can_do_no_harm()
            throws Exception {
        AnotherGateway.Running other = others.start();
        ListeningDialer dialer = dialer(other, new MachineCalls(vertx, identity, config));
        dialer.start(null);
        ListeningMachine machine = machine();
        AgentId agent = machine.agent();
        registerFor(other, machine);
        Link there = machine.awaitWelcome(1);
        assertThat(heldBy(other.pod())).contains(agent);
        Ticket before = Scene.giveScript(agent);
        there.awaitDelivery(before);
        there.say(new Started(before));

        // Its connection stays open, as that of a computer that has lost its network.
        long killed = System.nanoTime();
        dialer.stop(null);
        other.kill();
        Link here = machine.awaitWelcome(2);
        LOG.infof(
                "from the death of a process to the session of a machine with another: %d ms",
                Duration.ofNanos(System.nanoTime() - killed).toMillis());
        assertThat(here.epoch()).isGreaterThan(there.epoch());
        assertThat(heldBy(pod)).contains(agent);
        Ticket after = Scene.giveScript(agent);
        here.awaitDelivery(after);
        // A machine's word on an end counts whichever process hears it, and once.
        there.say(new Ended(before, Scene.exited(0)));
        here.say(new Started(before));
        here.say(new Ended(before, Scene.exited(0)));
        List<AgentReport> reports =
                Scene.reportsOf(
                        before, seen -> seen.stream().anyMatch(CommandEnded.class::isInstance));
        assertThat(machine.deliveries(before)).hasSize(1);
        assertThat(machine.deliveries(after)).hasSize(1);
        assertThat(reports)
                .filteredOn(CommandEnded.class::isInstance)
                .extracting(each -> ((CommandEnded) each).result().exitCode())
                .containsExactly(Optional.of(0));
    }

    private ListeningDialer dialer(AnotherGateway.Running process, MachineCalls calls) {
        return new ListeningDialer(
                machines,
                calls,
                process.reception(),
                findings,
                unitOfWork,
                config,
                sessions,
                process.pod());
    }

    /** Registers a machine as one that only this process may dial, for it has its session. */
    private void registerFor(AnotherGateway.Running process, ListeningMachine machine) {
        AgentId agent = machine.agent();
        register(agent, machine.address(), machine.thumbprint().value(), true);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> run(tx -> machines.registered(tx, agent)).isPresent());
        Scene.onVirtualThread(
                () -> {
                    unitOfWork.execute(
                            tx ->
                                    tx.execute(
                                            """
                                            INSERT INTO session (agent, epoch, pod, connected_at)
                                            VALUES (?1, 1, ?2, now())
                                            ON CONFLICT (agent) DO UPDATE SET pod = excluded.pod
                                            """,
                                            agent.value(),
                                            process.pod().id()));
                    return agent;
                });
        register(machine);
    }

    @Test
    void an_error_in_the_middle_of_dialling_keeps_nobody_from_dialling_again() throws Exception {
        AnotherGateway.Running other = others.start();
        var unlucky =
                new MachineCalls(vertx, identity, config) {
                    private final AtomicInteger calls = new AtomicInteger();

                    @Override
                    Connected call(String address, Set<Thumbprint> trusted)
                            throws Unreached, InterruptedException {
                        return switch (calls.incrementAndGet()) {
                            case 1 -> throw new NoClassDefFoundError("on the way to the machine");
                            case 2 -> withoutSession(super.call(address, trusted));
                            default -> super.call(address, trusted);
                        };
                    }
                };
        ListeningDialer dialer = dialer(other, unlucky);
        dialer.start(null);
        try {
            ListeningMachine machine = machine();
            registerFor(other, machine);
            machine.awaitWelcome(1);
            assertThat(unlucky.calls.get()).isGreaterThanOrEqualTo(3);
        } finally {
            dialer.stop(null);
            other.stop();
        }
    }

    /** A connection with which no session can begin. */
    private static Connected withoutSession(Connected connected) {
        var socket =
                (WebSocket)
                        Proxy.newProxyInstance(
                                WebSocket.class.getClassLoader(),
                                new Class<?>[] {WebSocket.class},
                                (_, method, arguments) -> {
                                    if (method.getName().endsWith("Handler")) {
                                        throw new NoClassDefFoundError("as the session begins");
                                    }
                                    return method.invoke(connected.socket(), arguments);
                                });
        return new Connected(socket, connected.loop(), connected.shown());
    }

    @Test
    void a_machine_is_one_process_s_until_that_is_silent_or_gives_it_back() throws Exception {
        AgentId agent = Scene.anAgent();
        AnotherGateway.Running one = others.start();
        AnotherGateway.Running two = others.start();
        try {
            register(agent, "127.0.0.1:1", "06".repeat(32), true);
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> run(tx -> machines.registered(tx, agent)).isPresent());
            // Nobody else takes part: it is enabled where no process looks, and rolled back.
            var seen = new ArrayList<Boolean>();
            assertThatThrownBy(
                            () ->
                                    Scene.onVirtualThread(
                                            () ->
                                                    unitOfWork.run(
                                                            tx -> {
                                                                handedOn(tx, agent, one, two, seen);
                                                                throw new IllegalArgumentException(
                                                                        "rolled back");
                                                            })))
                    .hasStackTraceContaining("rolled back");
            assertThat(seen).hasSize(6).containsOnly(true);
        } finally {
            one.stop();
            two.stop();
        }
    }

    private void handedOn(
            Tx tx,
            AgentId agent,
            AnotherGateway.Running one,
            AnotherGateway.Running two,
            List<Boolean> seen) {
        tx.execute(
                "UPDATE listening SET disabled = false, due_at = '2000-01-01' WHERE agent = ?1",
                agent.value());
        Call first = claimed(tx, one, agent).orElseThrow();
        seen.add(claimed(tx, two, agent).isEmpty());
        seen.add(machines.holds(tx, one.pod().id(), agent, first.claim()));
        // Silent for longer than may be: it is free.
        Call second =
                machines.claim(tx, two.pod().id(), Duration.ofDays(-1), 1000).stream()
                        .filter(call -> call.agent().equals(agent))
                        .findFirst()
                        .orElseThrow();
        seen.add(second.claim() > first.claim());
        seen.add(!machines.holds(tx, one.pod().id(), agent, first.claim()));
        // What the first one gives back now is not its own.
        machines.release(
                tx, one.pod().id(), agent, first.claim(), first.address(), 1, Duration.ZERO);
        seen.add(machines.holds(tx, two.pod().id(), agent, second.claim()));
        machines.release(tx, two.pod().id(), agent, second.claim(), second.address(), 1, LONG);
        seen.add(claimed(tx, one, agent).isEmpty());
    }

    private Set<AgentId> heldBy(Pod process) {
        return run(tx -> machines.heldBy(tx, process.id()).keySet());
    }

    private Optional<Call> claimed(Tx tx, AnotherGateway.Running by, AgentId agent) {
        return machines.claim(tx, by.pod().id(), LONG, 1000).stream()
                .filter(call -> call.agent().equals(agent))
                .findFirst();
    }
}
