package stagecoach.orchestrator.app.deployment.queue;

import stagecoach.runtime.aggregate.Tx;

/** Somebody who starts whoever may start, in his own time; a bean. */
public interface NextInLine {
    /** There may be room, or nothing in the way any more, once {@code tx} has been committed. */
    void look(Tx tx);

    /** How many deployments may be under way if nobody has set another limit. */
    int tasksMaxConfigured();
}
