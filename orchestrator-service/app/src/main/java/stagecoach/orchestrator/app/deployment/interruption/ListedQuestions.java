package stagecoach.orchestrator.app.deployment.interruption;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.runtime.aggregate.Tx;

/**
 * Questions behind a place in the order in which they were asked, with the deployments that ask
 * them, by one statement. It says only what it is asked for, so that the database can use the index
 * of open questions.
 *
 * @param open {@code true} for those without an answer, {@code false} for the others; null for all
 */
record ListedQuestions(
        Instant after,
        String afterId,
        @Nullable String open,
        @Nullable String project,
        @Nullable String environment) {
    List<InterruptionView> first(Tx tx, int limit) {
        var hql =
                new StringBuilder(
                        """
                        select i, d from InterruptionRow i join DeploymentRow d on d.id = i.deployment
                        where (i.raisedAt > ?1 or (i.raisedAt = ?1 and i.id > ?2))""");
        List<@Nullable Object> bound = new ArrayList<>(List.of(after, afterId));
        if (open != null) {
            hql.append(" and i.resolvedAt is ").append(open.equals("true") ? "null" : "not null");
        }
        if (project != null) {
            bound.add(project);
            hql.append(" and d.project = ?").append(bound.size());
        }
        if (environment != null) {
            bound.add(environment);
            hql.append(" and d.environment = ?").append(bound.size());
        }
        hql.append(" order by i.raisedAt, i.id");
        return tx.page(Object[].class, hql.toString(), limit, bound.toArray()).stream()
                .map(
                        pair ->
                                InterruptionView.of(
                                        (InterruptionRow) pair[0], (DeploymentRow) pair[1]))
                .toList();
    }
}
