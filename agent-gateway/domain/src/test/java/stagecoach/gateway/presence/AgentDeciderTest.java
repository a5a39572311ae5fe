package stagecoach.gateway.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedRelease;
import stagecoach.contracts.agent.Removal.Rule;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.decider.DeciderSpec;
import stagecoach.gateway.presence.AgentAction.Enrol;
import stagecoach.gateway.presence.AgentAction.NoteBegun;
import stagecoach.gateway.presence.AgentAction.NoteConnected;
import stagecoach.gateway.presence.AgentAction.NoteLost;
import stagecoach.gateway.presence.AgentAction.NoteMeasured;
import stagecoach.gateway.presence.AgentAction.NoteNotRegistered;
import stagecoach.gateway.presence.AgentAction.NoteTidied;
import stagecoach.gateway.presence.AgentAction.NoteTold;
import stagecoach.gateway.presence.AgentAction.NoteUnreached;
import stagecoach.gateway.presence.AgentAction.Renew;
import stagecoach.gateway.presence.AgentAction.Revoke;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class AgentDeciderTest {
    private static final AgentId AGENT = new AgentId("target:web-1");
    private static final ConfigurationDocument DOCUMENT =
            new ConfigurationDocument.Target(
                    new TargetId("web-1"),
                    "web-1",
                    List.of(new EnvironmentId("production")),
                    List.of(),
                    Optional.empty(),
                    false);
    private static final Enrol ENROL = new Enrol(AGENT, "a".repeat(64), DOCUMENT);
    private static final Enrol ENROL_ANOTHER = new Enrol(AGENT, "b".repeat(64), DOCUMENT);
    private static final NoteConnected CONNECTED =
            new NoteConnected(Health.connected("1.0", 1000, List.of("sh", "bash")));
    private static final NoteLost LOST = new NoteLost("Its connection closed.");

    private final DeciderSpec<AgentState, AgentAction, AgentReport> agent =
            DeciderSpec.of(new AgentDecider());

    @Test
    void nothing_that_a_machine_says_of_itself_keeps_it_from_being_revoked() {
        String endless = "x".repeat(500_000);
        var many = IntStream.range(0, 10_000).mapToObj(n -> "capability-" + n).toList();

        var story =
                agent.after(
                        ENROL,
                        new NoteConnected(Health.connected(endless, 1000, many)),
                        new NoteTold(1000, Optional.of(endless)),
                        new Revoke("It was stolen."));

        assertThat(story.history()).last().isEqualTo(new AgentRevoked(AGENT, "It was stolen."));
        assertThat(story.history())
                .hasSize(5)
                .allMatch(event -> event.toString().length() < 10_000);
    }

    private static AgentHealthChanged health(AgentHealth state, String reason) {
        return new AgentHealthChanged(
                AGENT,
                state,
                reason,
                Optional.of("1.0"),
                Optional.of(1000L),
                List.of("bash", "sh"));
    }

    @Test
    void a_certificate_that_is_shown_in_place_of_the_one_before_is_told_once() {
        Renew renew = new Renew("c".repeat(64));
        agent.after(ENROL, CONNECTED)
                .when(renew)
                .then(new AgentCertificateRenewed(AGENT, "c".repeat(64), "a".repeat(64)));
        agent.after(ENROL, CONNECTED, renew).when(renew).thenNothing();
        agent.after(ENROL, CONNECTED, renew)
                .when(LOST)
                .then(health(AgentHealth.UNAVAILABLE, "Its connection closed."));
        agent.after(ENROL, new Revoke("It was stolen.")).when(renew).thenNothing();
    }

    @Test
    void enrolment_makes_it_trusted_and_its_first_connection_healthy() {
        agent.when(ENROL).then(new AgentEnrolled(AGENT, "a".repeat(64), DOCUMENT));
        agent.after(ENROL).when(CONNECTED).then(health(AgentHealth.HEALTHY, "It is connected."));
    }

    @Test
    void health_is_told_only_when_it_changes() {
        var connected = agent.after(ENROL, CONNECTED);
        connected.when(CONNECTED).thenNothing();
        connected.when(new NoteTold(5, Optional.empty())).thenNothing();
        connected.when(LOST).then(health(AgentHealth.UNAVAILABLE, "Its connection closed."));
        connected.after(LOST).when(LOST).thenNothing();
        connected.after(LOST).when(new NoteTold(5, Optional.empty())).thenNothing();
    }

    @Test
    void of_a_disk_it_is_told_when_it_fills_or_empties_and_not_whenever_a_byte_changes() {
        long gib = 1L << 30;
        var connected =
                agent.after(
                        ENROL, new NoteConnected(Health.connected("1.0", 100 * gib, List.of())));
        connected.when(new NoteTold(91 * gib, Optional.empty())).thenNothing();
        connected
                .when(new NoteTold(90 * gib, Optional.empty()))
                .then(
                        new AgentHealthChanged(
                                AGENT,
                                AgentHealth.HEALTHY,
                                "It is connected.",
                                Optional.of("1.0"),
                                Optional.of(90 * gib),
                                List.of()));
        var full = agent.after(ENROL, new NoteConnected(Health.connected("1.0", 0, List.of())));
        full.when(new NoteTold(gib / 8, Optional.empty())).thenNothing();
        assertThat(Health.isOtherRoom(Long.MIN_VALUE, Long.MAX_VALUE)).isTrue();
        assertThat(Health.isOtherRoom(gib / 4, 0)).isTrue();
    }

    @Test
    void what_a_trusted_machine_has_measured_is_passed_on_and_changes_nothing_about_it() {
        var latencies = List.of(new SourceLatency(new CacheId("eu-1"), 4));
        var measured = new NoteMeasured(latencies);
        var connected = agent.after(ENROL, CONNECTED);
        connected.when(measured).then(new SourcesMeasured(AGENT, latencies));
        assertThat(connected.after(measured).state()).isEqualTo(connected.state());
        agent.when(measured).thenNothing();
    }

    @Test
    void what_a_trusted_machine_has_begun_is_passed_on_and_changes_nothing_about_it() {
        var packages = List.of(new BegunPackage(new Sha512("ab".repeat(64)), 4096));
        var begun = new NoteBegun(packages);
        var connected = agent.after(ENROL, CONNECTED);
        connected.when(begun).then(new PackagesBegun(AGENT, packages));
        assertThat(connected.after(begun).state()).isEqualTo(connected.state());
        agent.when(begun).thenNothing();
    }

    @Test
    void what_a_machine_has_removed_is_told_once_however_often_it_says_so() {
        var tidied = new NoteTidied(List.of(removal(7, "old"), removal(9, "old")));
        var more = new NoteTidied(List.of(removal(9, "old"), removal(12, "full")));
        agent.when(tidied).thenNothing();
        agent.after(ENROL, CONNECTED)
                .when(tidied)
                .then(
                        new MachineTidied(AGENT, removal(7, "old")),
                        new MachineTidied(AGENT, removal(9, "old")));
        var told = agent.after(ENROL, CONNECTED, tidied);
        told.when(tidied).thenNothing();
        told.after(LOST, CONNECTED).when(tidied).thenNothing();
        told.when(more).then(new MachineTidied(AGENT, removal(12, "full")));
        told.after(ENROL_ANOTHER)
                .when(new NoteTidied(List.of(removal(1, "old"))))
                .then(new MachineTidied(AGENT, removal(1, "old")));
    }

    @Test
    void what_was_told_and_not_confirmed_is_told_once_though_the_same_home_is_enrolled_anew() {
        var tidied = new NoteTidied(List.of(removal(7, "old"), removal(9, "old")));
        var more = new NoteTidied(List.of(removal(9, "old"), removal(12, "full")));
        var told = agent.after(ENROL, CONNECTED, tidied);
        told.after(ENROL).when(tidied).thenNothing();
        told.after(ENROL).when(more).then(new MachineTidied(AGENT, removal(12, "full")));
        var revoked = told.after(new Revoke("It was removed."));
        revoked.after(ENROL).when(tidied).thenNothing();
        revoked.after(ENROL).when(more).then(new MachineTidied(AGENT, removal(12, "full")));
        var renewed = told.after(new Renew("c".repeat(64)));
        renewed.after(new Enrol(AGENT, "c".repeat(64), DOCUMENT)).when(tidied).thenNothing();
        // Another home counts anew, and may have another clock.
        var another = new NoteTidied(List.of(removal(1, "old")));
        revoked.after(ENROL_ANOTHER)
                .when(another)
                .then(new MachineTidied(AGENT, removal(1, "old")));
    }

    @Test
    void what_a_machine_says_of_removals_is_cut_to_what_fits_into_an_event() {
        var release =
                new RemovedRelease(
                        new PackageId("Shop.Web"),
                        new PackageVersion("1.0.0"),
                        "/".repeat(70_000),
                        1);
        var told =
                new Removal(
                        1,
                        Instant.EPOCH,
                        DeploymentId.ofBits(7),
                        Rule.RELEASES,
                        "x".repeat(70_000),
                        List.of(),
                        Collections.nCopies(1_000, release),
                        1_000,
                        9);
        var event =
                (MachineTidied)
                        agent.after(ENROL, CONNECTED)
                                .when(new NoteTidied(List.of(told)))
                                .events()
                                .getFirst();
        assertThat(event.removal().reason()).hasSize(500);
        assertThat(event.removal().releases())
                .hasSize(Removal.NAMED_MAX)
                .allMatch(one -> one.directory().length() == 1_000);
        assertThat(event.removal().count()).isEqualTo(1_000);
    }

    private static Removal removal(long number, String reason) {
        return new Removal(
                number,
                Instant.EPOCH,
                DeploymentId.ofBits(7),
                Rule.DISK,
                reason,
                List.of(),
                List.of(),
                1,
                3_000);
    }

    @Test
    void trouble_is_told_with_its_reason_and_again_when_the_reason_changes() {
        var full = new NoteTold(0, Optional.of("The disk is full."));
        var connected = agent.after(ENROL, CONNECTED);
        assertThat(connected.when(full).events())
                .singleElement()
                .isInstanceOfSatisfying(
                        AgentHealthChanged.class,
                        changed -> {
                            assertThat(changed.state()).isEqualTo(AgentHealth.UNHEALTHY);
                            assertThat(changed.reason()).isEqualTo("The disk is full.");
                        });
        connected.after(full).when(full).thenNothing();
        assertThat(connected.after(full).when(new NoteTold(9, Optional.of("Hot."))).events())
                .hasSize(1);
        assertThat(connected.after(full).when(new NoteTold(9, Optional.empty())).events())
                .hasSize(1);
    }

    @Test
    void why_a_machine_was_not_registered_is_told_whether_or_not_it_was_known_before() {
        var why = "The certificate registered for it is that of another.";
        var refused = new NoteNotRegistered(AGENT, why, false);
        var told =
                new AgentHealthChanged(
                        AGENT,
                        AgentHealth.UNAVAILABLE,
                        why,
                        Optional.empty(),
                        Optional.empty(),
                        List.of());
        agent.when(refused).then(told);
        agent.after(refused).when(ENROL).then(new AgentEnrolled(AGENT, "a".repeat(64), DOCUMENT));
        assertThat(agent.after(refused, ENROL, CONNECTED).state())
                .isEqualTo(agent.after(ENROL, CONNECTED).state());
        agent.after(ENROL, new Revoke("It was sold.")).when(refused).then(told);
        agent.after(ENROL, CONNECTED, LOST)
                .when(refused)
                .then(health(AgentHealth.UNAVAILABLE, why));
        // One that is here by itself is not out of reach.
        agent.after(ENROL, CONNECTED).when(refused).thenNothing();
        // One that is hung up for it, is.
        var cut = new NoteNotRegistered(AGENT, why, true);
        agent.after(ENROL, CONNECTED).when(cut).then(health(AgentHealth.UNAVAILABLE, why));
        agent.after(ENROL, CONNECTED, cut).when(cut).thenNothing();
        agent.after(ENROL, CONNECTED, cut).when(LOST).thenNothing();
    }

    @Test
    void enrolling_anew_replaces_the_certificate_and_ends_the_health_of_the_earlier_machine() {
        agent.after(ENROL, CONNECTED)
                .when(ENROL_ANOTHER)
                .then(
                        health(AgentHealth.UNAVAILABLE, "Its machine was enrolled anew."),
                        new AgentEnrolled(AGENT, "b".repeat(64), DOCUMENT));
    }

    @Test
    void a_revoked_agent_has_no_health_any_more() {
        var revoked = agent.after(ENROL, CONNECTED, new Revoke("It was removed."));
        assertThat(revoked.history()).last().isEqualTo(new AgentRevoked(AGENT, "It was removed."));
        revoked.when(CONNECTED).thenNothing();
        revoked.when(LOST).thenNothing();
        revoked.when(new Revoke("again")).thenNothing();
        agent.when(new Revoke("never seen")).thenNothing();
    }

    @Provide
    Arbitrary<List<AgentAction>> anything() {
        return Arbitraries.<AgentAction>of(
                        ENROL,
                        ENROL_ANOTHER,
                        CONNECTED,
                        LOST,
                        new NoteTold(1, Optional.empty()),
                        new NoteTold(1, Optional.of("Hot.")),
                        new NoteTidied(List.of(removal(3, "old"))),
                        new Revoke("gone"))
                .list()
                .ofMaxSize(15);
    }

    @Property
    void every_prefix_replays_to_the_same_state_and_no_two_neighbours_tell_the_same_health(
            @ForAll("anything") List<AgentAction> actions) {
        var decider = new AgentDecider();
        AgentState state = decider.initial();
        var history = new ArrayList<AgentReport>();
        for (AgentAction action : actions) {
            List<AgentReport> events = decider.decide(state, action);
            history.addAll(events);
            state = decider.fold(state, events);
            assertThat(decider.fold(decider.initial(), history)).isEqualTo(state);
        }
        var states =
                history.stream()
                        .filter(AgentHealthChanged.class::isInstance)
                        .map(AgentHealthChanged.class::cast)
                        .toList();
        for (int i = 1; i < states.size(); i++) {
            // A fresh trust begins with a health of its own, so equal neighbours need a revocation
            // between them.
            if (!history.contains(new AgentRevoked(AGENT, "gone"))) {
                assertThat(states.get(i)).isNotEqualTo(states.get(i - 1));
            }
        }
    }

    @Test
    void why_a_machine_that_is_dialled_is_not_reached_is_told_when_that_changes() {
        var refused = new NoteUnreached("web-1:10933 refuses connections.");
        var silent = new NoteUnreached("web-1:10933 does not answer.");
        agent.after(ENROL)
                .when(refused)
                .then(
                        new AgentHealthChanged(
                                AGENT,
                                AgentHealth.UNAVAILABLE,
                                "web-1:10933 refuses connections.",
                                Optional.empty(),
                                Optional.empty(),
                                List.of()));
        agent.after(ENROL, refused).when(refused).thenNothing();
        agent.after(ENROL, CONNECTED, LOST)
                .when(silent)
                .then(health(AgentHealth.UNAVAILABLE, "web-1:10933 does not answer."));
        agent.after(ENROL, CONNECTED).when(silent).thenNothing();
        agent.after(ENROL, new Revoke("It was stolen.")).when(silent).thenNothing();
        agent.when(silent).thenNothing();
    }
}
