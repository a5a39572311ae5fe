package stagecoach.orchestrator.needs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;

class TargetSelectionTest {
    private static TargetSelection selecting(Selection selection, Roster roster) {
        return new TargetSelection(Shop.ID, Shop.PRODUCTION, selection, roster);
    }

    private static List<TargetId> targets(TargetSelection selection) {
        return selection.assign(Shop.script("start")).places().stream()
                .flatMap(place -> place.target().stream())
                .toList();
    }

    private static KnownTarget disabled(String id) {
        return new KnownTarget(
                Shop.target(id), List.of(new Tag("web")), Optional.empty(), true, Health.HEALTHY);
    }

    private static KnownTarget db(String id) {
        return new KnownTarget(
                Shop.target(id), List.of(new Tag("db")), Optional.empty(), false, Health.HEALTHY);
    }

    @Test
    void targets_match_by_tag_in_the_order_of_their_ids() {
        var roster = Shop.roster(Shop.web("web-2"), db("db-1"), Shop.web("web-1"));
        assertThat(targets(selecting(Selection.ALL, roster)))
                .containsExactly(Shop.target("web-1"), Shop.target("web-2"));
    }

    @Test
    void chosen_excluded_and_disabled_targets_are_respected() {
        var roster = Shop.roster(Shop.web("web-1"), Shop.web("web-2"), disabled("web-3"));
        var chosen =
                new Selection(
                        List.of(Shop.target("web-1"), Shop.target("web-2")),
                        List.of(Shop.target("web-2")),
                        List.of());
        assertThat(targets(selecting(chosen, roster))).containsExactly(Shop.target("web-1"));
        assertThat(targets(selecting(Selection.ALL, roster))).doesNotContain(Shop.target("web-3"));
    }

    @Test
    void a_step_without_tags_runs_on_the_chosen_targets_whatever_tags_they_have() {
        var roster = Shop.roster(Shop.web("web-1"), db("db-1"), disabled("web-3"));
        var chosen =
                new Selection(
                        List.of(Shop.target("db-1"), Shop.target("web-3")), List.of(), List.of());
        var step =
                PlannedStep.of("check", PlannedStep.Kind.SCRIPT, new RunOn.Targets(List.of()))
                        .build();
        assertThat(selecting(chosen, roster).assign(step).places())
                .extracting(place -> place.target().orElseThrow())
                .containsExactly(Shop.target("db-1"));
        var nobody = new Selection(List.of(Shop.target("web-3")), List.of(), List.of());
        assertThat(selecting(nobody, roster).assign(step).skip())
                .contains("none of the chosen targets is in production and enabled");
    }

    private static KnownTarget named(String name) {
        return new KnownTarget(
                Shop.target("web-1"),
                List.of(new Tag("web")),
                Optional.empty(),
                false,
                Health.HEALTHY,
                Optional.of(name));
    }

    private static Optional<String> nameAtPlaceOf(String name) {
        return selecting(Selection.ALL, Shop.roster(named(name)))
                .assign(Shop.script("start"))
                .places()
                .getFirst()
                .name();
    }

    @Test
    void a_long_name_is_cut_between_two_characters() {
        assertThat(nameAtPlaceOf("x".repeat(64))).contains("x".repeat(64));
        assertThat(nameAtPlaceOf("x".repeat(65))).contains("x".repeat(64) + "…");
        assertThat(nameAtPlaceOf("雪".repeat(200))).contains("雪".repeat(21) + "…");
        assertThat(nameAtPlaceOf("🐎".repeat(100))).contains("🐎".repeat(16) + "…");
        assertThat(nameAtPlaceOf("\u0001".repeat(200))).contains("\u0001".repeat(10) + "…");
    }

    @Test
    void a_step_without_places_says_why() {
        var none = selecting(Selection.ALL, Shop.roster(db("db-1")));
        assertThat(none.assign(Shop.script("start")).skip())
                .contains("no target in production has the tag web");
        var others =
                selecting(
                        new Selection(List.of(Shop.target("db-1")), List.of(), List.of()),
                        Shop.roster(db("db-1"), Shop.web("web-1")));
        assertThat(others.assign(Shop.script("start")).skip())
                .contains("none of the targets chosen for this deployment has the tag web");
        var off = selecting(Selection.ALL, Shop.roster(disabled("web-1")));
        assertThat(off.assign(Shop.script("start")).skip())
                .contains("every target in production that has the tag web is disabled");
    }

    @Test
    void unavailable_is_what_lost_its_connection_or_never_had_one() {
        var roster =
                Shop.roster(
                        Shop.web("web-1"),
                        Shop.web("web-2", Shop.gone()),
                        Shop.web("web-3", Health.NEVER_SEEN));
        assertThat(selecting(Selection.ALL, roster).assign(Shop.script("start")).places())
                .extracting(place -> place.unavailable().orElse("there"))
                .containsExactly(
                        "there", "its connection has closed", "its tentacle has never connected");
    }

    @Test
    void a_worker_step_runs_on_the_same_worker_all_through_a_deployment() {
        var roster =
                new Roster(
                        List.of(),
                        List.of(
                                Shop.worker("hq-1", Health.HEALTHY),
                                Shop.worker("hq-2", Health.HEALTHY),
                                Shop.worker("hq-3", Health.HEALTHY)));
        var open = selecting(Selection.ALL, roster).assign(Shop.preAcquisition("open-tunnel"));
        var close = selecting(Selection.ALL, roster).assign(Shop.always("close-tunnel"));
        assertThat(open.places()).hasSize(1).isEqualTo(close.places());
    }

    @Test
    void deployments_spread_over_the_workers_of_a_pool() {
        var roster =
                new Roster(
                        List.of(),
                        List.of(
                                Shop.worker("hq-1", Health.HEALTHY),
                                Shop.worker("hq-2", Health.HEALTHY)));
        Set<WorkerId> chosen = new HashSet<>();
        for (int n = 0; n < 20; n++) {
            new TargetSelection(
                            DeploymentId.ofBits(n * 7919L), Shop.PRODUCTION, Selection.ALL, roster)
                    .assign(Shop.always("close-tunnel"))
                    .places()
                    .forEach(place -> chosen.add(place.worker().orElseThrow()));
        }
        assertThat(chosen).hasSize(2);
    }

    @Test
    void a_pool_without_a_connected_worker_gives_a_place_that_says_so() {
        var away = new Roster(List.of(), List.of(Shop.worker("hq-1", Shop.gone())));
        assertThat(place(away).unavailable())
                .contains("worker hq-1 of pool hq: its connection has closed");
        assertThat(place(Roster.EMPTY).unavailable())
                .contains("the worker pool hq has no worker that is in service");
    }

    private static Place place(Roster roster) {
        return selecting(Selection.ALL, roster)
                .assign(Shop.always("close-tunnel"))
                .places()
                .getFirst();
    }

    @Test
    void on_behalf_of_a_target_a_worker_acts_even_if_the_target_is_away() {
        var step =
                Shop.step(
                        "healthy",
                        Phase.DEPLOYMENT,
                        new RunOn.OnBehalfOf(new PoolId("hq"), List.of(new Tag("web"))),
                        Condition.SUCCESS,
                        Optional.empty());
        var places =
                selecting(Selection.ALL, Shop.roster(Shop.web("web-1", Shop.gone())))
                        .assign(step)
                        .places();
        assertThat(places)
                .containsExactly(
                        new Place(
                                Optional.of(Shop.target("web-1")),
                                Optional.of(new WorkerId("hq-1")),
                                Shop.web("web-1").region(),
                                List.of(new Tag("web")),
                                Optional.empty()));
    }

    @Test
    void a_package_is_needed_once_per_target_whatever_steps_install_it() {
        PlannedStep first = Shop.install("server", Shop.SERVER);
        PlannedStep again = Shop.install("again", Shop.SERVER).skippingUnavailable();
        var roster = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        var selection = selecting(Selection.ALL, roster);
        var needs =
                PackageNeeds.of(
                        List.of(selection.assign(again), selection.assign(first)),
                        Set.of(),
                        roster);
        assertThat(needs.strict()).hasSize(1);
        // One of the two steps fails without the target, so the acquisition does.
        assertThat(needs.strict().getFirst().targets()).hasSize(2);
        assertThat(needs.reachable().getFirst().targets()).hasSize(1);
        assertThat(
                        PackageNeeds.of(
                                        List.of(selection.assign(first)),
                                        Set.of(
                                                new Held(
                                                        Shop.SERVER.pin().sha512(),
                                                        HolderId.of(Shop.target("web-1")))),
                                        roster)
                                .reachable())
                .isEmpty();
    }
}
