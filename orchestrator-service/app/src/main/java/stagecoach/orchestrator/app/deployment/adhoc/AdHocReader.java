package stagecoach.orchestrator.app.deployment.adhoc;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.row.TargetRow;
import stagecoach.orchestrator.app.deployment.intake.DeploymentDraft;
import stagecoach.orchestrator.app.deployment.intake.Intake;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.release.AdHoc;
import stagecoach.orchestrator.release.Release;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Nearest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.ProcessRules;
import stagecoach.vocabulary.process.RunOn;

/** Reads what somebody wants to run once, and tells at once all that is wrong with it. */
@ApplicationScoped
class AdHocReader {
    private static final Duration TIMEOUT = Duration.ofHours(1);
    private static final int COMMENT_MAX = 10_000;

    private final CatalogStore catalog;
    private final Intake intake;

    AdHocReader(CatalogStore catalog, Intake intake) {
        this.catalog = catalog;
        this.intake = intake;
    }

    /**
     * The run of a script.
     *
     * @throws stagecoach.runtime.access.InvalidInput if it cannot be
     */
    DeploymentDraft script(Tx tx, byte @Nullable [] json) {
        var body = JsonBody.of(json);
        KnownNames names = catalog.names(tx);
        Optional<EnvironmentId> environment =
                body.requiredParsed("environment", EnvironmentId::new)
                        .filter(id -> isKnown(body, id, names));
        Optional<Roster> roster = environment.map(known -> catalog.roster(tx, known));
        Optional<Action.Script> script =
                body.missing("script")
                        ? Optional.empty()
                        : body.object("script").flatMap(AdHocReader::script);
        List<TargetId> targets = targets(body, environment, roster);
        Optional<RunOn> runOn = runOn(body, names);
        Optional<Duration> timeout = body.duration("timeout");
        Optional<String> comment = body.text("comment");
        checkComment(body, comment);
        body.refuseUnknown();
        Optional<Release> release =
                script.flatMap(
                        what ->
                                runOn.map(
                                        where ->
                                                AdHoc.script(
                                                        what,
                                                        where,
                                                        Optional.of(timeout.orElse(TIMEOUT)))));
        release.ifPresent(known -> checkRules(body, known.process()));
        body.mistakes().refuseIfAny();
        DeploymentDraft draft =
                intake.adHoc(
                        release.orElseThrow(),
                        "Ad-hoc script",
                        catalog.nameOf(tx, environment.orElseThrow()),
                        environment.orElseThrow(),
                        targets,
                        comment,
                        roster.orElseThrow());
        draft.whyNowhere().ifPresent(why -> body.mistake(placeOf(body), capital(why)));
        intake.check(draft, body.mistakes());
        body.mistakes().refuseIfAny();
        return draft;
    }

    /**
     * The health check of a target.
     *
     * @throws Rejection if there is no such target, or none that could be asked
     */
    DeploymentDraft check(Tx tx, TargetId target) {
        return on(tx, target, AdHoc.check(), "Health check", Optional.empty());
    }

    /**
     * The upgrade of a target's tentacle.
     *
     * @param release with its package pinned
     * @throws Rejection if there is no such target, or none that could be asked
     */
    DeploymentDraft upgrade(Tx tx, TargetId target, Release release, Optional<String> comment) {
        return on(tx, target, release, "Tentacle upgrade", comment);
    }

    /** What cannot be an id is none of a target. */
    static TargetId target(String id) {
        try {
            return new TargetId(id);
        } catch (IllegalArgumentException e) {
            throw Rejection.notFound("There is no target of this name.");
        }
    }

    private DeploymentDraft on(
            Tx tx, TargetId target, Release release, String name, Optional<String> comment) {
        EnvironmentId environment = environmentOf(tx, target);
        return intake.adHoc(
                release,
                name,
                catalog.nameOf(tx, environment),
                environment,
                List.of(target),
                comment,
                catalog.roster(tx, environment));
    }

    /**
     * The environment in which something runs on a target.
     *
     * @throws Rejection if there is no such target, or none on which anything runs
     */
    EnvironmentId environmentOf(Tx tx, TargetId target) {
        TargetRow row =
                tx.find(TargetRow.class, target.value())
                        .orElseThrow(
                                () ->
                                        Rejection.notFound(
                                                "There is no target \"%s\".".formatted(target)));
        EnvironmentId environment =
                CatalogStore.listOf(row.environments, EnvironmentId::new).stream()
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        refused(
                                                "The target \"%s\" is in no environment, so nothing can run on it. Put it into one."
                                                        .formatted(target)));
        if (row.disabled) {
            throw refused("The target \"%s\" is disabled. Enable it first.".formatted(target));
        }
        return environment;
    }

    /** Notes what is wrong with a comment. */
    static void checkComment(JsonBody body, Optional<String> comment) {
        comment.filter(text -> text.length() > COMMENT_MAX)
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "comment",
                                        "A comment has at most %d characters."
                                                .formatted(COMMENT_MAX)));
        comment.ifPresent(text -> PlainText.checkLines(body, "comment", text));
    }

    private static Rejection refused(String sentence) {
        return new Rejection(Rejection.Kind.CONFLICT, "refused", sentence);
    }

    private static boolean isKnown(JsonBody body, EnvironmentId id, KnownNames names) {
        KnownNames.checkOne(body, "environment", "environment", id.value(), names.environments());
        return names.environments().contains(id.value());
    }

    private static Optional<Action.Script> script(JsonBody script) {
        Action.Syntax syntax =
                script.choice("syntax", Action.Syntax.class).orElse(Action.Syntax.BASH);
        Optional<String> body = script.requiredText("body");
        script.refuseUnknown();
        return body.map(text -> new Action.Script(syntax, text));
    }

    /** On the targets that are chosen, on those with tags, or on a worker. */
    private static Optional<RunOn> runOn(JsonBody body, KnownNames names) {
        List<String> given =
                List.of("targets", "tags", "workerPool").stream().filter(body::has).toList();
        Optional<List<Tag>> tags = body.list("tags", Tag::new);
        Optional<PoolId> pool = body.parsed("workerPool", PoolId::new);
        pool.ifPresent(
                id ->
                        KnownNames.checkOne(
                                body,
                                "workerPool",
                                "worker pool",
                                id.value(),
                                names.workerPools()));
        if (given.size() != 1) {
            body.mistake(
                    given.isEmpty() ? "targets" : given.getLast(),
                    given.isEmpty()
                            ? "Say where it runs: targets, tags, or workerPool."
                            : "It runs on targets, by tags, or on a worker of workerPool. Give one of them.");
            return Optional.empty();
        }
        tags.filter(List::isEmpty)
                .ifPresent(_ -> body.mistake("tags", "Name at least one tag, such as web."));
        return pool.<RunOn>map(RunOn.Worker::new)
                .or(() -> tags.filter(some -> !some.isEmpty()).map(RunOn.Targets::new))
                .or(() -> Optional.of(new RunOn.Targets(List.of())));
    }

    private static List<TargetId> targets(
            JsonBody body, Optional<EnvironmentId> environment, Optional<Roster> roster) {
        List<TargetId> chosen = body.list("targets", TargetId::new).orElse(List.of());
        if (body.has("targets") && chosen.isEmpty()) {
            body.mistake("targets", "Name at least one target.");
        }
        List<String> known =
                roster.map(Roster::targets).orElse(List.of()).stream()
                        .map(target -> target.id().value())
                        .toList();
        for (int i = 0; i < chosen.size() && environment.isPresent(); i++) {
            String target = chosen.get(i).value();
            if (!known.contains(target)) {
                body.mistake(
                        "targets/" + i,
                        "There is no target \"%s\" in %s.%s"
                                .formatted(
                                        target,
                                        environment.get(),
                                        Nearest.question(target, known)));
            }
        }
        return chosen;
    }

    /** The rules of steps, except for tags, without which the chosen targets are meant. */
    private static void checkRules(JsonBody body, DeploymentProcess process) {
        for (ProcessRules.Mistake mistake : ProcessRules.mistakes(process)) {
            if (!mistake.field().startsWith("runOn")) {
                body.mistake(mistake.field(), mistake.sentence());
            }
        }
    }

    private static String placeOf(JsonBody body) {
        return Stream.of("targets", "tags", "workerPool")
                .filter(body::has)
                .findFirst()
                .orElse("targets");
    }

    private static String capital(String reason) {
        return Character.toUpperCase(reason.charAt(0)) + reason.substring(1) + ".";
    }
}
