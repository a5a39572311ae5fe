package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import stagecoach.contracts.run.Pair;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.steprunner.app.secrets.SensitiveOutputs;
import stagecoach.steprunner.run.PlaceOutputs;
import stagecoach.steprunner.variables.Output;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;

/** Output variables of a deployment's steps, kept across its runs. */
@ApplicationScoped
public class Outputs {
    private final SensitiveOutputs sensitive;

    /**
     * What was read in each transaction: a step that starts at many places asks as many times. What
     * the run under way adds meanwhile comes as {@code fresh}.
     */
    private final Map<Tx, Map<DeploymentId, Map<Place, Kept>>> read =
            Collections.synchronizedMap(new WeakHashMap<>());

    /** What was opened in each transaction, for the same reason. */
    private final Map<Tx, Map<Ticket, Map<String, String>>> opened =
            Collections.synchronizedMap(new WeakHashMap<>());

    Outputs(SensitiveOutputs sensitive) {
        this.sensitive = sensitive;
    }

    /**
     * Writes what a step has set at one place; a later run's values replace those of an earlier.
     */
    public void keep(Tx tx, DeploymentId deployment, Pair pair, PlaceOutputs outputs) {
        kept(outputs)
                .forEach(
                        (name, kept) ->
                                tx.executeLater(
                                        "INSERT INTO output (deployment, step, target, name, value, ticket) VALUES (?1, ?2, ?3, ?4, ?5, CAST(CAST(?6 AS text) AS uuid)) ON CONFLICT (deployment, step, target, name) DO UPDATE SET value = excluded.value, ticket = excluded.ticket",
                                        deployment.value(),
                                        pair.step().value(),
                                        targetOf(pair),
                                        name,
                                        kept instanceof Kept.Plain(var value) ? value : null,
                                        kept instanceof Kept.Under(var ticket)
                                                ? ticket.value().toString()
                                                : null));
    }

    private static Map<String, Kept> kept(PlaceOutputs outputs) {
        var kept = new LinkedHashMap<String, Kept>();
        outputs.plain().forEach((name, value) -> kept.put(name, new Kept.Plain(value)));
        outputs.ticket()
                .ifPresent(
                        ticket ->
                                outputs.sensitive()
                                        .forEach(name -> kept.put(name, new Kept.Under(ticket))));
        return kept;
    }

    /** All outputs of the deployment, those of the run under way ({@code fresh}) the newest. */
    public List<Output> of(Tx tx, DeploymentId deployment, Map<Pair, PlaceOutputs> fresh) {
        var newest =
                new LinkedHashMap<>(
                        read.computeIfAbsent(tx, _ -> new ConcurrentHashMap<>())
                                .computeIfAbsent(deployment, _ -> stored(tx, deployment)));
        fresh.forEach(
                (pair, outputs) ->
                        kept(outputs)
                                .forEach(
                                        (name, kept) ->
                                                newest.put(
                                                        new Place(
                                                                pair.step().value(),
                                                                targetOf(pair),
                                                                name),
                                                        kept)));
        var secrets = secrets(tx, newest.values());
        var outputs = new ArrayList<Output>();
        newest.forEach(
                (place, kept) ->
                        valueOf(place, kept, secrets)
                                .ifPresent(
                                        value ->
                                                outputs.add(
                                                        place.output(
                                                                value,
                                                                kept instanceof Kept.Under))));
        return outputs;
    }

    private Map<Ticket, Map<String, String>> secrets(Tx tx, Collection<Kept> all) {
        var tickets =
                all.stream()
                        .filter(Kept.Under.class::isInstance)
                        .map(kept -> ((Kept.Under) kept).ticket())
                        .toList();
        if (tickets.isEmpty()) {
            return Map.of();
        }
        var known = opened.computeIfAbsent(tx, _ -> new ConcurrentHashMap<>());
        known.putAll(
                sensitive.open(
                        tx, tickets.stream().filter(each -> !known.containsKey(each)).toList()));
        return known;
    }

    /** What a result named and never came is as if it had not been set. */
    private static Optional<String> valueOf(
            Place place, Kept kept, Map<Ticket, Map<String, String>> secrets) {
        return switch (kept) {
            case Kept.Plain(var value) -> Optional.of(value);
            case Kept.Under(var ticket) ->
                    Optional.ofNullable(secrets.getOrDefault(ticket, Map.of()).get(place.name()));
        };
    }

    private static Map<Place, Kept> stored(Tx tx, DeploymentId deployment) {
        var stored = new LinkedHashMap<Place, Kept>();
        for (var row :
                tx.select(
                        "SELECT step, target, name, value, ticket FROM output WHERE deployment = ?1",
                        deployment.value())) {
            stored.put(
                    new Place(row.text(0), row.text(1), row.text(2)),
                    row.optionalUuid(4)
                            .<Kept>map(ticket -> new Kept.Under(new Ticket(ticket)))
                            .orElseGet(() -> new Kept.Plain(row.text(3))));
        }
        return stored;
    }

    /** Forgets them; for a deployment that nobody can retry. */
    public void forget(Tx tx, DeploymentId deployment) {
        tx.executeLater("DELETE FROM output WHERE deployment = ?1", deployment.value());
        sensitive.forget(tx, deployment);
    }

    private static String targetOf(Pair pair) {
        return pair.target().map(TargetId::value).orElse("");
    }

    /** Where the value of an output is. */
    private sealed interface Kept {
        /** Here. */
        record Plain(String value) implements Kept {}

        /** Sealed under the ticket of its script. */
        record Under(Ticket ticket) implements Kept {}
    }

    private record Place(String step, String target, String name) {
        Output output(String value, boolean sensitive) {
            return new Output(
                    new StepName(step),
                    target.isEmpty() ? Optional.empty() : Optional.of(new TargetId(target)),
                    name,
                    value,
                    sensitive);
        }
    }
}
