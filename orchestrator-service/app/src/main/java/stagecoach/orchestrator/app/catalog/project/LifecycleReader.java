package stagecoach.orchestrator.app.catalog.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.orchestrator.release.Lifecycle;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.wire.StagecoachJson;

/**
 * Reads a project's lifecycle: a list of phases, each a list of environments, or the id of the only
 * one.
 */
public final class LifecycleReader {
    private static final String FIELD = "lifecycle";

    private LifecycleReader() {}

    /** The phases as a row keeps them: ids, as JSON. */
    static String read(JsonBody body, KnownNames names) {
        var phases = new ArrayList<List<String>>();
        body.elements(FIELD).ifPresent(elements -> read(elements, names, phases));
        return StagecoachJson.text(phases);
    }

    private static void read(JsonBody elements, KnownNames names, List<List<String>> phases) {
        Set<EnvironmentId> earlier = new HashSet<>();
        for (String position : elements.positions()) {
            boolean alone = elements.isText(position);
            List<EnvironmentId> phase =
                    (alone
                                    ? elements.parsed(position, EnvironmentId::new).map(List::of)
                                    : elements.list(position, EnvironmentId::new))
                            .orElse(List.of());
            if (phase.isEmpty()) {
                if (!alone) {
                    elements.mistake(
                            position,
                            "A phase has at least one environment. Name it, or remove it.");
                }
                continue;
            }
            for (int i = 0; i < phase.size(); i++) {
                String place = alone ? position : position + "/" + i;
                EnvironmentId id = phase.get(i);
                KnownNames.checkOne(
                        elements, place, "environment", id.value(), names.environments());
                if (!earlier.add(id)) {
                    elements.mistake(
                            place,
                            "\"%s\" stands in the lifecycle twice. Remove one.".formatted(id));
                }
            }
            phases.add(phase.stream().map(EnvironmentId::value).toList());
        }
    }

    /** What {@link #read} wrote, as people see it; empty if there are no phases. */
    static Optional<List<List<String>>> phases(String json) {
        try {
            List<List<String>> phases =
                    StagecoachJson.mapper().readValue(json, new TypeReference<>() {});
            return phases.isEmpty() ? Optional.empty() : Optional.of(phases);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("is no lifecycle: " + json, e);
        }
    }

    /** What {@link #read} wrote. */
    public static Lifecycle of(String json) {
        return phases(json)
                .map(
                        phases ->
                                new Lifecycle(
                                        phases.stream()
                                                .map(
                                                        phase ->
                                                                phase.stream()
                                                                        .map(EnvironmentId::new)
                                                                        .toList())
                                                .toList()))
                .orElse(Lifecycle.NONE);
    }
}
