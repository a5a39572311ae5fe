package stagecoach.orchestrator.app.request;

import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.packages.TransferBudget;

/** {@code bytesPerSecondMax} and {@code transfersMax}, wherever a body may say them. */
public final class BudgetFields {
    private BudgetFields() {}

    /** The budget that a body asks for; what it leaves out has no limit. */
    public static TransferBudget read(JsonBody body) {
        return new TransferBudget(
                body.integer(
                                "bytesPerSecondMax",
                                TransferBudget.BYTES_PER_SECOND_MIN,
                                TransferBudget.BYTES_PER_SECOND_LIMIT)
                        .map(Integer::longValue),
                body.integer("transfersMax", 1, TransferBudget.TRANSFERS_LIMIT));
    }
}
