package stagecoach.vocabulary.process;

import java.util.List;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;

/** Where a step runs. */
public sealed interface RunOn {
    /** On each target of the environment that has one of the tags. */
    record Targets(List<Tag> tags) implements RunOn {
        /** Copies the tags. */
        public Targets {
            tags = List.copyOf(tags);
        }
    }

    /** Once, on a worker of the pool. */
    record Worker(PoolId workerPool) implements RunOn {}

    /** Once per matching target, on a worker of the pool that acts on the target's behalf. */
    record OnBehalfOf(PoolId workerPool, List<Tag> tags) implements RunOn {
        /** Copies the tags. */
        public OnBehalfOf {
            tags = List.copyOf(tags);
        }
    }

    /** Once, on no machine: a person does it. */
    record NoMachine() implements RunOn {}
}
