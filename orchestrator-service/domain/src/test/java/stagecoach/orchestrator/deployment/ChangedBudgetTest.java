package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.ChangeBudget;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.packages.TransferBudget;

/** A deployment that has not ended gets another budget, whatever it is doing. */
class ChangedBudgetTest {
    private static final TransferBudget SLOW =
            new TransferBudget(Optional.of(20_000L), Optional.of(1));

    private final Roster oneWeb = Shop.roster(Shop.web("web-1"));

    private static ChangeBudget change(TransferBudget budget) {
        return new ChangeBudget(budget, "ada");
    }

    private static void mayChange(Play play) {
        play.spec().when(change(SLOW)).then(new DeploymentBudgetChanged(SLOW, "ada"));
    }

    private Play queued() {
        return Play.queued(
                oneWeb,
                Shop.queued(Shop.install("server", Shop.SERVER), Shop.always("close-tunnel")));
    }

    private Play staged() {
        return Play.started(
                        oneWeb,
                        Shop.acquiringOnly(Shop.queued(Shop.install("server", Shop.SERVER))))
                .succeeds();
    }

    @Test
    void it_counts_in_the_queue_under_way_while_it_is_staged_and_while_it_is_cancelled() {
        mayChange(queued());
        mayChange(queued().start());
        mayChange(queued().start().cancelled());
        mayChange(staged());
    }

    @Test
    void what_counts_already_changes_nothing_and_no_limit_is_one_of_them() {
        var play = queued();
        play.spec().when(change(TransferBudget.NONE)).thenNothing();
        var slow = play.budgeted(SLOW);
        slow.spec().when(change(SLOW)).thenNothing();
        slow.start().spec().when(change(SLOW)).thenNothing();
        slow.spec()
                .when(change(TransferBudget.NONE))
                .then(new DeploymentBudgetChanged(TransferBudget.NONE, "ada"));
    }

    @Test
    void a_staged_one_keeps_it_when_it_proceeds_and_a_failed_one_when_it_is_retried() {
        staged().budgeted(SLOW).proceeded().spec().when(change(SLOW)).thenNothing();
        var retried =
                queued().start()
                        .budgeted(SLOW)
                        .failsToAcquireFor("web-1", "no cache could be reached")
                        .succeeds()
                        .retried(RetryFrom.FAILED);
        retried.spec().when(change(SLOW)).thenNothing();
    }

    @Test
    void one_that_has_ended_refuses_it_with_a_sentence() {
        var succeeded = queued().start().succeeds().succeeds();
        assertThatThrownBy(() -> succeeded.budgeted(SLOW))
                .isInstanceOf(Rejection.class)
                .hasMessage(
                        "The deployment has already ended: it is SUCCEEDED, and nothing is brought for it any more.");
        var cancelled = queued().cancelled();
        assertThatThrownBy(() -> cancelled.budgeted(SLOW))
                .isInstanceOf(Rejection.class)
                .hasMessageContaining("it is CANCELLED")
                .hasMessageEndingWith("Retry it first, then change its budget.");
    }
}
