package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.Pair;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.steprunner.variables.Output;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/** Output variables of a deployment's steps, kept across its runs. */
@ApplicationScoped
public class Outputs {
    /**
     * What was read in each transaction: a step that starts at many places asks as many times. What
     * the run under way adds meanwhile comes as {@code fresh}.
     */
    private final Map<Tx, Map<DeploymentId, Map<Place, String>>> read =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Writes what a step has set at one place; a later run's values replace those of an earlier.
     */
    public void keep(Tx tx, DeploymentId deployment, Pair pair, Map<String, String> outputs) {
        outputs.forEach(
                (name, value) ->
                        tx.execute(
                                "INSERT INTO output (deployment, step, target, name, value) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (deployment, step, target, name) DO UPDATE SET value = excluded.value",
                                deployment.value(),
                                pair.step().value(),
                                pair.target().map(TargetId::value).orElse(""),
                                name,
                                value));
    }

    /** All outputs of the deployment, those of the run under way ({@code fresh}) the newest. */
    public List<Output> of(Tx tx, DeploymentId deployment, Map<Pair, Map<String, String>> fresh) {
        var newest =
                new LinkedHashMap<>(
                        read.computeIfAbsent(tx, _ -> new ConcurrentHashMap<>())
                                .computeIfAbsent(deployment, _ -> stored(tx, deployment)));
        fresh.forEach(
                (pair, values) ->
                        values.forEach(
                                (name, value) ->
                                        newest.put(
                                                new Place(
                                                        pair.step().value(),
                                                        pair.target()
                                                                .map(TargetId::value)
                                                                .orElse(""),
                                                        name),
                                                value)));
        var outputs = new ArrayList<Output>();
        newest.forEach(
                (place, value) ->
                        outputs.add(
                                new Output(
                                        new StepName(place.step()),
                                        place.target().isEmpty()
                                                ? Optional.empty()
                                                : Optional.of(new TargetId(place.target())),
                                        place.name(),
                                        value)));
        return outputs;
    }

    private static Map<Place, String> stored(Tx tx, DeploymentId deployment) {
        var stored = new LinkedHashMap<Place, String>();
        for (var row :
                tx.rows(
                        "SELECT step, target, name, value FROM output WHERE deployment = ?1",
                        deployment.value())) {
            stored.put(new Place(text(row[0]), text(row[1]), text(row[2])), text(row[3]));
        }
        return stored;
    }

    /** Forgets them; for a deployment that nobody can retry. */
    public void forget(Tx tx, DeploymentId deployment) {
        tx.execute("DELETE FROM output WHERE deployment = ?1", deployment.value());
    }

    private static String text(@Nullable Object column) {
        return String.valueOf(column);
    }

    private record Place(String step, String target, String name) {}
}
