package stagecoach.orchestrator.app.request;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Nearest;

/** The ids of what a configuration may refer to, as they are when it is saved. */
public record KnownNames(
        Set<String> environments,
        Set<String> regions,
        Set<String> workerPools,
        Set<String> feeds,
        Set<String> variableSets,
        Set<String> teams) {
    /** Copies the sets. */
    public KnownNames {
        environments = Set.copyOf(environments);
        regions = Set.copyOf(regions);
        workerPools = Set.copyOf(workerPools);
        feeds = Set.copyOf(feeds);
        variableSets = Set.copyOf(variableSets);
        teams = Set.copyOf(teams);
    }

    /**
     * These and the ones that somebody is about to make.
     *
     * @param paths such as {@code environments/production}
     */
    public KnownNames assuming(Collection<String> paths) {
        return new KnownNames(
                with(environments, "environments/", paths),
                with(regions, "regions/", paths),
                with(workerPools, "worker-pools/", paths),
                with(feeds, "feeds/", paths),
                with(variableSets, "variable-sets/", paths),
                teams);
    }

    /** Notes a mistake for each of {@code ids} that is unknown, with its place in the list. */
    public static void check(
            JsonBody body, String field, String noun, List<String> ids, Set<String> known) {
        for (int i = 0; i < ids.size(); i++) {
            checkOne(body, field + "/" + i, noun, ids.get(i), known);
        }
    }

    /** Notes a mistake if {@code id} is unknown. */
    public static void checkOne(
            JsonBody body, String field, String noun, String id, Set<String> known) {
        if (!known.contains(id)) {
            body.mistake(
                    field,
                    "There is no %s \"%s\".%s".formatted(noun, id, Nearest.question(id, known)));
        }
    }

    private static Set<String> with(Set<String> known, String prefix, Collection<String> paths) {
        Set<String> all = new HashSet<>(known);
        paths.stream()
                .filter(path -> path.startsWith(prefix))
                .map(path -> path.substring(prefix.length()))
                .forEach(all::add);
        return all;
    }
}
