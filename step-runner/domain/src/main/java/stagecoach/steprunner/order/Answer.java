package stagecoach.steprunner.order;

/** What a step's {@code onlyIf} says at one place. */
public sealed interface Answer {
    /** The step runs there. */
    record Runs() implements Answer {}

    /** The step is left out there, for a reason that people read. */
    record LeftOut(String reason) implements Answer {}

    /** Nobody can tell, for a reason that people read; the step fails there. */
    record Unreadable(String reason) implements Answer {}
}
