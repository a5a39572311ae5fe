package stagecoach.orchestrator.app.page.course;

import java.util.List;
import stagecoach.orchestrator.app.page.Tone;

/** What the page of a deployment shows, in words. */
public record CourseView(
        Head head, List<PhaseRun> phases, Grid steps, Transfers transfers, Output output) {
    /**
     * The deployment as a whole.
     *
     * @param facts when, by whom and how long
     * @param failure empty if it has not failed
     * @param waiting why it waits; empty if it does not
     * @param asks whether a person is asked how to go on
     */
    public record Head(
            String id,
            String project,
            String release,
            String environment,
            Tone tone,
            String state,
            List<String> facts,
            String comment,
            String failure,
            List<String> waiting,
            boolean asks,
            List<String> warnings) {}

    /** A run of a phase. */
    public record PhaseRun(
            String phase,
            int run,
            String note,
            Tone tone,
            String state,
            String took,
            String reason) {}

    /**
     * Steps and the machines that they run on.
     *
     * @param wide whether there are too many machines for a column each
     */
    public record Grid(List<StepLine> lines, boolean wide) {}

    /**
     * A step.
     *
     * @param child whether it stands in a group
     * @param reasons why it failed or did not run, and where
     * @param more how many machines are not shown
     */
    public record StepLine(
            String step, boolean child, List<StepCell> cells, List<String> reasons, int more) {}

    /**
     * A step on a machine; without a label where the step does not run on the machine of this
     * column.
     *
     * @param mark by which the page finds it again
     * @param output where its output is shown
     */
    public record StepCell(
            String mark, String label, Tone tone, String state, String took, String output) {}

    /**
     * How packages come.
     *
     * @param more how many are not shown
     */
    public record Transfers(List<Link> links, List<Transfer> rows, int more) {}

    /** What went over a link. */
    public record Link(String from, String to, String bytes) {}

    /** A package on its way to a machine or a cache. */
    public record Transfer(
            String item,
            String to,
            String from,
            long done,
            long size,
            String bytes,
            String speed,
            Tone tone,
            String state,
            String took,
            String reason) {}

    /**
     * The end of the output.
     *
     * @param of what it is the output of; empty for all
     * @param all where all of it is shown
     */
    public record Output(String of, String all, List<Line> lines) {}

    /** A line of it. */
    public record Line(String at, String where, String style, String text) {}
}
