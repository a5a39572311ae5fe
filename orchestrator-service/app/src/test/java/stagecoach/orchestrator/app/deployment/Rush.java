package stagecoach.orchestrator.app.deployment;

import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.runtime.aggregate.UnitOfWork;

/** While it lasts, it is as if as many other deployments were under way as may be. */
final class Rush implements AutoCloseable {
    private final UnitOfWork unitOfWork;
    private final int slots;
    private boolean lasts;

    private Rush(UnitOfWork unitOfWork, int slots) {
        this.unitOfWork = unitOfWork;
        this.slots = slots;
    }

    static Rush begin(UnitOfWork unitOfWork) {
        int max =
                ConfigProvider.getConfig()
                        .getValue("stagecoach.deployment.tasks-max", Integer.class);
        var rush = new Rush(unitOfWork, max);
        rush.take(max);
        rush.lasts = true;
        return rush;
    }

    /** Nothing, if it is over. */
    @Override
    public void close() {
        if (lasts) {
            take(-slots);
            lasts = false;
        }
    }

    private void take(int more) {
        unitOfWork.execute(tx -> tx.execute("UPDATE task_counter SET used = used + ?1", more));
    }
}
