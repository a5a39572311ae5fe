package stagecoach.orchestrator.app.catalog.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.orchestrator.app.catalog.process.ActionReader.Kind;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.StartTrigger;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Reads one step; what a step does is for {@link ActionReader}. */
final class StepReader {
    private static final List<String> STOP = List.of("killAfter", "abandonAfter");

    private static final String NO_STOP =
            "%s is for scripts and packages, whose processes may be long in ending. Leave it out.";
    private static final String NO_MUTEX =
            "A check changes nothing on its machine, so it waits for no %s. Leave it out.";

    /** How long a script may take unless its step says otherwise. */
    private static final Duration SCRIPT_TIMEOUT = Duration.ofHours(1);

    private static final Duration BACKOFF = Duration.ofSeconds(10);

    /** How long a target is waited for unless its step says otherwise. */
    private static final Duration WAIT_FOR = Duration.ofMinutes(10);

    /** What a child does not say itself. */
    private static final List<String> GROUPS_OWN =
            List.of("phase", "start", "rolling", "parallelism", "unavailableTargets", "waitFor");

    /** The phases that steps belong to, as people write them. */
    private enum StepPhase {
        DEPLOYMENT(Phase.DEPLOYMENT),
        PRE_ACQUISITION(Phase.PRE_ACQUISITION);

        private final Phase phase;

        StepPhase(Phase phase) {
            this.phase = phase;
        }
    }

    private StepReader() {}

    /**
     * The step in {@code body}; empty if its name, phase, place or action cannot be read, so that
     * nothing can be said about its place among the others. Lesser mistakes are noted, and the step
     * is judged as if the field were left out.
     */
    static Optional<Step> read(JsonBody body, KnownNames names) {
        return read(body, names, Optional.empty());
    }

    /**
     * Reads a step or, with its group, a child: what the group says of phase, pace and unavailable
     * targets holds for the child, and so do the group's place and condition unless it has its own.
     */
    private static Optional<Step> read(JsonBody body, KnownNames names, Optional<Step> group) {
        Optional<StepName> name = body.requiredParsed("name", StepName::new);
        Optional<Kind> kind = ActionReader.kind(body);
        Optional<Action> action = kind.flatMap(known -> ActionReader.read(body, known, names));
        group.ifPresent(_ -> refuseWhatIsTheGroups(body));
        kind.ifPresent(known -> refuseWhatHasNoMeaning(body, known));
        Optional<Phase> phase = group.map(Step::phase).or(() -> phase(body));
        Optional<RunOn> runOn = runOn(body, names, kind, group);
        Condition condition =
                body.choice("condition", Condition.class)
                        .or(() -> group.map(Step::condition))
                        .orElse(Condition.SUCCESS);
        Optional<String> onlyIf = body.text("onlyIf");
        StartTrigger start =
                body.choice("start", StartTrigger.class).orElse(StartTrigger.AFTER_PREVIOUS);
        Optional<Duration> timeout = timeout(body, action);
        Optional<Duration> killAfter = body.duration("killAfter");
        Optional<Duration> abandonAfter = body.duration("abandonAfter");
        Retries retries = retries(body);
        Optional<Integer> window = window(body);
        Optional<Integer> parallelism = body.integer("parallelism", 1, 100_000);
        UnavailableTargets unavailable =
                body.choice("unavailableTargets", UnavailableTargets.class)
                        .orElse(UnavailableTargets.FAIL);
        Optional<Duration> waitFor =
                body.duration("waitFor")
                        .or(
                                () ->
                                        unavailable == UnavailableTargets.WAIT
                                                ? Optional.of(WAIT_FOR)
                                                : Optional.empty());
        Optional<Mutex> mutex = mutex(body, runOn);
        List<EnvironmentId> in = environments(body, "environments", names);
        List<EnvironmentId> out = environments(body, "excludeEnvironments", names);
        boolean required = body.flag("required").orElse(false);
        boolean disabled = body.flag("disabled").orElse(false);
        if (name.isEmpty() || action.isEmpty() || phase.isEmpty() || runOn.isEmpty()) {
            if (action.filter(Action.Group.class::isInstance).isPresent()) {
                body.ignore("steps");
            }
            body.refuseUnknown();
            return Optional.empty();
        }
        var step =
                new Step(
                        name.get(),
                        phase.get(),
                        runOn.get(),
                        action.get(),
                        condition,
                        onlyIf,
                        start,
                        timeout,
                        killAfter,
                        abandonAfter,
                        retries,
                        group.isPresent() ? group.get().window() : window,
                        group.isPresent() ? group.get().parallelism() : parallelism,
                        group.map(Step::unavailableTargets).orElse(unavailable),
                        group.isPresent() ? group.get().waitFor() : waitFor,
                        mutex,
                        in,
                        out,
                        required,
                        disabled);
        Optional<Step> whole =
                step.action() instanceof Action.Group && group.isEmpty()
                        ? withChildren(body, names, step)
                        : Optional.of(step);
        if (group.isPresent()) {
            body.ignore("steps");
        }
        body.refuseUnknown();
        return whole;
    }

    /** The group with its children; empty if one of them cannot be read. */
    private static Optional<Step> withChildren(JsonBody body, KnownNames names, Step group) {
        if (body.missing("steps")) {
            return Optional.empty();
        }
        List<Step> children = new ArrayList<>();
        boolean whole = true;
        for (Optional<JsonBody> json : body.objects("steps").orElse(List.of())) {
            Optional<Step> child = json.flatMap(one -> read(one, names, Optional.of(group)));
            child.ifPresent(children::add);
            whole &= child.isPresent();
        }
        return whole
                ? Optional.of(group.toBuilder().action(new Action.Group(children)).build())
                : Optional.empty();
    }

    private static void refuseWhatIsTheGroups(JsonBody body) {
        for (String field : GROUPS_OWN) {
            if (body.has(field)) {
                body.mistake(
                        field,
                        "%s is said by the group, for all its steps. Write it there."
                                .formatted(field));
            }
        }
    }

    private static void refuseWhatHasNoMeaning(JsonBody body, Kind kind) {
        switch (kind) {
            case SCRIPT, PACKAGE -> {}
            case HTTP_CHECK -> {
                refuse(body, List.of("timeout"), "Say the %s of an HTTP check in http.within.");
                refuse(body, List.of("mutex"), NO_MUTEX);
                refuse(body, STOP, NO_STOP);
            }
            case MANUAL_INTERVENTION ->
                    refuse(
                            body,
                            List.of(
                                    "retries",
                                    "mutex",
                                    "unavailableTargets",
                                    "waitFor",
                                    "killAfter",
                                    "abandonAfter"),
                            "%s means nothing where a person answers. Leave it out.");
            case HEALTH_CHECK -> {
                refuse(
                        body,
                        List.of("unavailableTargets", "waitFor"),
                        "%s goes without saying in a health check: health.unavailable is the rule, and health.within the time.");
                refuse(body, List.of("timeout"), "Say the %s of a health check in health.within.");
                refuse(body, List.of("mutex"), NO_MUTEX);
                refuse(body, STOP, NO_STOP);
            }
            case GROUP ->
                    refuse(
                            body,
                            List.of("timeout", "retries", "mutex", "killAfter", "abandonAfter"),
                            "%s is said by each step of the group. Write it there.");
        }
    }

    private static void refuse(JsonBody body, List<String> fields, String sentence) {
        for (String field : fields) {
            if (body.has(field)) {
                body.mistake(field, sentence.formatted(field));
            }
        }
    }

    private static Optional<Phase> phase(JsonBody body) {
        if (!body.has("phase")) {
            return Optional.of(Phase.DEPLOYMENT);
        }
        return body.choice("phase", StepPhase.class).map(choice -> choice.phase);
    }

    /** A manual intervention needs no machine, so whatever it says of one is not kept. */
    private static Optional<RunOn> runOn(
            JsonBody body, KnownNames names, Optional<Kind> kind, Optional<Step> group) {
        if (kind.filter(Kind.MANUAL_INTERVENTION::equals).isPresent()) {
            if (body.has("runOn")) {
                runOn(body, names);
            }
            return Optional.of(new RunOn.NoMachine());
        }
        return group.isPresent() && !body.has("runOn")
                ? group.map(Step::runOn)
                : runOn(body, names);
    }

    private static Optional<RunOn> runOn(JsonBody body, KnownNames names) {
        if (!body.has("runOn")) {
            body.mistake(
                    "runOn",
                    "runOn is missing. Say where the step runs: {\"tags\": [\"web\"]} or {\"workerPool\": \"hq\"}.");
            return Optional.empty();
        }
        return body.object("runOn").flatMap(place -> runOnOf(place, names));
    }

    private static Optional<RunOn> runOnOf(JsonBody place, KnownNames names) {
        Optional<List<Tag>> tags = place.list("tags", Tag::new);
        Optional<PoolId> pool = place.parsed("workerPool", PoolId::new);
        pool.ifPresent(
                id ->
                        KnownNames.checkOne(
                                place,
                                "workerPool",
                                "worker pool",
                                id.value(),
                                names.workerPools()));
        Optional<JsonBody> behalf = place.object("onBehalfOf");
        Optional<List<Tag>> behalfTags =
                behalf.flatMap(
                        inner -> {
                            Optional<List<Tag>> read = inner.list("tags", Tag::new);
                            if (!inner.missing("tags")) {
                                inner.refuseUnknown();
                            }
                            return read;
                        });
        place.refuseUnknown();
        if (place.has("tags") && (place.has("workerPool") || place.has("onBehalfOf"))) {
            place.mistake(
                    "tags",
                    "A step runs on targets (tags) or on a worker (workerPool). To run it on a worker once per target, put the tags into onBehalfOf.");
            return Optional.empty();
        }
        if (place.has("onBehalfOf") && !place.has("workerPool")) {
            place.mistake("workerPool", "onBehalfOf needs a workerPool whose workers do the work.");
            return Optional.empty();
        }
        if (!place.has("tags") && !place.has("workerPool")) {
            place.mistake(
                    "",
                    "runOn says nothing. Say where the step runs: {\"tags\": [\"web\"]} or {\"workerPool\": \"hq\"}.");
            return Optional.empty();
        }
        if (place.has("onBehalfOf")) {
            return pool.flatMap(p -> behalfTags.map(t -> new RunOn.OnBehalfOf(p, t)));
        }
        return place.has("tags") ? tags.map(RunOn.Targets::new) : pool.map(RunOn.Worker::new);
    }

    private static Optional<Duration> timeout(JsonBody body, Optional<Action> action) {
        if (body.isNull("timeout")) {
            return Optional.empty();
        }
        if (body.has("timeout")) {
            return body.duration("timeout");
        }
        return action.filter(Action.Script.class::isInstance).map(_ -> SCRIPT_TIMEOUT);
    }

    private static Retries retries(JsonBody body) {
        return body.object("retries")
                .map(
                        retries -> {
                            int max = retries.integer("max", 0, 3).orElse(0);
                            retries.missing("max");
                            Duration backoff = retries.duration("backoff").orElse(BACKOFF);
                            if (backoff.isNegative()) {
                                retries.mistake(
                                        "backoff", "A wait is not negative. Use PT10S, say.");
                                backoff = BACKOFF;
                            }
                            retries.refuseUnknown();
                            return max == 0 ? Retries.NONE : new Retries(max, backoff);
                        })
                .orElse(Retries.NONE);
    }

    private static Optional<Integer> window(JsonBody body) {
        return body.object("rolling")
                .flatMap(
                        rolling -> {
                            Optional<Integer> window = rolling.integer("window", 1, 100_000);
                            rolling.missing("window");
                            rolling.refuseUnknown();
                            return window;
                        });
    }

    private static Optional<Mutex> mutex(JsonBody body, Optional<RunOn> runOn) {
        Mutex.Mode mode = runOn.map(StepReader::usualMode).orElse(Mutex.Mode.EXCLUSIVE);
        if (body.isText("mutex")) {
            return body.text("mutex").map(name -> new Mutex(name, mode));
        }
        return body.object("mutex")
                .flatMap(
                        mutex -> {
                            Optional<String> name = mutex.requiredText("name");
                            Mutex.Mode chosen = mutex.choice("mode", Mutex.Mode.class).orElse(mode);
                            mutex.refuseUnknown();
                            return name.map(n -> new Mutex(n, chosen));
                        });
    }

    /** How a lock is held unless its step says otherwise: a worker serves many steps at once. */
    static Mutex.Mode usualMode(RunOn runOn) {
        return runOn instanceof RunOn.Targets ? Mutex.Mode.EXCLUSIVE : Mutex.Mode.SHARED;
    }

    private static List<EnvironmentId> environments(JsonBody body, String field, KnownNames names) {
        List<EnvironmentId> ids = body.list(field, EnvironmentId::new).orElse(List.of());
        KnownNames.check(
                body,
                field,
                "environment",
                ids.stream().map(EnvironmentId::value).toList(),
                names.environments());
        return ids;
    }
}
