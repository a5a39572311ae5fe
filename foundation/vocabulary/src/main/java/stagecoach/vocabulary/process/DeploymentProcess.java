package stagecoach.vocabulary.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;

/** The steps of a project, in their order. */
public record DeploymentProcess(List<Step> steps) {
    /** A project that has no process yet. */
    public static final DeploymentProcess EMPTY = new DeploymentProcess(List.of());

    /** Copies the steps. */
    public DeploymentProcess {
        steps = List.copyOf(steps);
    }

    /**
     * A step that does something by itself.
     *
     * @param group the group that it belongs to
     * @param batch steps with the same number start together; counted from 1
     */
    public record Leaf(Step step, Optional<Step> group, int batch) {}

    /** Every step there is, a group before its children. */
    public List<Step> all() {
        var all = new ArrayList<Step>();
        for (Step step : steps) {
            all.add(step);
            if (step.action() instanceof Action.Group(var children)) {
                all.addAll(children);
            }
        }
        return List.copyOf(all);
    }

    /** The steps that do something by themselves, in their order: groups give their children. */
    public List<Leaf> leaves() {
        var leaves = new ArrayList<Leaf>();
        int batch = 0;
        for (Step step : steps) {
            if (batch == 0 || step.start() == StartTrigger.AFTER_PREVIOUS) {
                batch++;
            }
            if (step.action() instanceof Action.Group(var children)) {
                for (Step child : children) {
                    leaves.add(new Leaf(child, Optional.of(step), batch));
                }
            } else {
                leaves.add(new Leaf(step, Optional.empty(), batch));
            }
        }
        return List.copyOf(leaves);
    }

    /**
     * Whether a step has ended when another begins, at the same target at least: it stands in an
     * earlier batch, or before it in the same group. A step that is a group counts as what it
     * begins with; one that is not there ends before nothing.
     */
    public boolean endsBefore(StepName earlier, StepName later) {
        List<Leaf> leaves = leaves();
        int first = position(leaves, earlier);
        int second = position(leaves, later);
        if (first < 0 || second < 0) {
            return false;
        }
        var one = leaves.get(first);
        var other = leaves.get(second);
        return one.batch() < other.batch()
                || (one.group().isPresent()
                        && one.group().equals(other.group())
                        && !other.group().map(Step::name).equals(Optional.of(later))
                        && first < second);
    }

    private static int position(List<Leaf> leaves, StepName name) {
        for (int i = 0; i < leaves.size(); i++) {
            if (leaves.get(i).step().name().equals(name)
                    || leaves.get(i).group().map(Step::name).equals(Optional.of(name))) {
                return i;
            }
        }
        return -1;
    }
}
