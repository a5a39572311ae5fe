package stagecoach.orchestrator.app.deployment.intake;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.internal.Plan;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.release.ReleaseStore;
import stagecoach.orchestrator.app.request.BudgetFields;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.release.Prompts;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.ReleaseRules;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Nearest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.Printable;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.VariableNames;

/** Reads the body of a request for a deployment, and tells at once all that is wrong with it. */
@ApplicationScoped
class DraftReader {
    private static final int COMMENT_MAX = 10_000;
    private static final int VALUE_MAX = 100_000;

    private final CatalogStore catalog;
    private final ReleaseStore releases;

    DraftReader(CatalogStore catalog, ReleaseStore releases) {
        this.catalog = catalog;
        this.releases = releases;
    }

    /**
     * The deployment that {@code json} asks for.
     *
     * @throws stagecoach.runtime.access.InvalidInput if it cannot be
     * @throws stagecoach.decider.Rejection if the project's lifecycle has other environments first
     */
    DeploymentDraft read(Tx tx, byte @Nullable [] json, Instant now) {
        var body = JsonBody.of(json);
        Optional<Release> release = release(tx, body);
        Optional<EnvironmentId> environment = environment(tx, body);
        Optional<Roster> roster = environment.map(known -> catalog.roster(tx, known));
        List<TargetId> targets = targets(body, "targets", environment, roster);
        List<TargetId> excluded = targets(body, "excludeTargets", environment, roster);
        if (!targets.isEmpty() && excluded.containsAll(targets)) {
            body.mistake(
                    "excludeTargets",
                    "Every target that was chosen is excluded again, so nothing would be deployed.");
        }
        List<StepName> skipped = skipSteps(body, release);
        Optional<Prompts> prompts =
                release.flatMap(known -> environment.map(place -> Prompts.in(known, place)));
        Map<String, String> answers = answers(body, prompts);
        boolean forceDownload = body.flag("forceDownload").orElse(false);
        TransferBudget budget = BudgetFields.read(body);
        Optional<String> comment = body.text("comment");
        comment.filter(text -> text.length() > COMMENT_MAX)
                .ifPresent(
                        _ ->
                                body.mistake(
                                        "comment",
                                        "A comment has at most %d characters."
                                                .formatted(COMMENT_MAX)));
        comment.ifPresent(text -> PlainText.checkLines(body, "comment", text));
        Terms terms = Terms.read(tx, body, environment, now);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        LifecycleCheck.check(tx, release.orElseThrow(), environment.orElseThrow());
        Release answered = prompts.orElseThrow().answered(answers);
        var draft =
                new DeploymentDraft(
                        answered,
                        labels(tx, answered, environment.orElseThrow()),
                        environment.orElseThrow(),
                        new Selection(targets, excluded, skipped),
                        ReleaseRules.outline(answered, environment.orElseThrow(), skipped),
                        forceDownload,
                        terms,
                        comment,
                        budget,
                        roster.orElseThrow());
        draft.whyTooLarge().ifPresent(why -> body.mistake("targets", why));
        body.mistakes().refuseIfAny();
        VariableCheck.check(draft, body.mistakes());
        body.mistakes().refuseIfAny();
        return draft;
    }

    private Plan.Labels labels(Tx tx, Release release, EnvironmentId environment) {
        return new Plan.Labels(
                catalog.nameOf(tx, release.project()),
                catalog.nameOf(tx, environment),
                releases.notes(tx, release.project(), release.version()));
    }

    private Optional<Release> release(Tx tx, JsonBody body) {
        Optional<ProjectId> project =
                body.requiredParsed("project", ProjectId::new).filter(id -> exists(body, tx, id));
        Optional<ReleaseVersion> version = body.requiredParsed("release", ReleaseVersion::new);
        if (project.isEmpty() || version.isEmpty()) {
            return Optional.empty();
        }
        Optional<Release> release = releases.hold(tx, project.get(), version.get());
        if (release.isEmpty()) {
            body.mistake(
                    "release",
                    releases.whyNone(tx, project.get(), version.get())
                            + Nearest.question(
                                    version.get().value(), releases.versions(tx, project.get())));
        }
        return release;
    }

    private boolean exists(JsonBody body, Tx tx, ProjectId project) {
        if (catalog.projectExists(tx, project)) {
            return true;
        }
        body.mistake(
                "project",
                "There is no project \"%s\".%s"
                        .formatted(project, Nearest.question(project.value(), ids(tx, "project"))));
        return false;
    }

    private Optional<EnvironmentId> environment(Tx tx, JsonBody body) {
        return body.requiredParsed("environment", EnvironmentId::new)
                .filter(
                        id -> {
                            if (catalog.environmentExists(tx, id)) {
                                return true;
                            }
                            body.mistake(
                                    "environment",
                                    "There is no environment \"%s\".%s"
                                            .formatted(
                                                    id,
                                                    Nearest.question(
                                                            id.value(), ids(tx, "environment"))));
                            return false;
                        });
    }

    /**
     * The ids in a table of the catalog, for guesses; {@code table} is a constant of this class.
     */
    private static List<String> ids(Tx tx, String table) {
        return tx.select("SELECT id FROM %s ORDER BY id LIMIT 500".formatted(table)).stream()
                .map(row -> row.text(0))
                .toList();
    }

    private static List<TargetId> targets(
            JsonBody body,
            String field,
            Optional<EnvironmentId> environment,
            Optional<Roster> roster) {
        List<TargetId> chosen = body.list(field, TargetId::new).orElse(List.of());
        if (environment.isEmpty() || roster.isEmpty()) {
            return chosen;
        }
        var known = roster.get().targets().stream().map(target -> target.id().value()).toList();
        var disabled =
                roster.get().targets().stream()
                        .filter(Roster.KnownTarget::disabled)
                        .map(Roster.KnownTarget::id)
                        .toList();
        for (int i = 0; i < chosen.size(); i++) {
            TargetId target = chosen.get(i);
            if (!known.contains(target.value())) {
                body.mistake(
                        field + "/" + i,
                        "There is no target \"%s\" in %s.%s"
                                .formatted(
                                        target,
                                        environment.get(),
                                        Nearest.question(target.value(), known)));
            } else if (field.equals("targets") && disabled.contains(target)) {
                body.mistake(
                        field + "/" + i,
                        "The target \"%s\" is disabled. Enable it, or leave it out."
                                .formatted(target));
            }
        }
        return chosen;
    }

    private static List<StepName> skipSteps(JsonBody body, Optional<Release> release) {
        List<StepName> chosen = body.list("skipSteps", StepName::new).orElse(List.of());
        if (release.isPresent()) {
            List<Step> steps = release.get().process().all();
            var names = steps.stream().map(step -> step.name().value()).toList();
            for (int i = 0; i < chosen.size(); i++) {
                StepName name = chosen.get(i);
                String place = "skipSteps/" + i;
                steps.stream()
                        .filter(step -> step.name().equals(name))
                        .findFirst()
                        .ifPresentOrElse(
                                step ->
                                        ReleaseRules.whyNotSkippable(step)
                                                .ifPresent(why -> body.mistake(place, why)),
                                () ->
                                        body.mistake(
                                                place,
                                                "The release has no step \"%s\".%s"
                                                        .formatted(
                                                                name,
                                                                Nearest.question(
                                                                        name.value(), names))));
            }
        }
        return chosen;
    }

    private static Map<String, String> answers(JsonBody body, Optional<Prompts> prompts) {
        Map<String, String> given = body.texts("variables").orElse(Map.of());
        given.forEach(
                (name, value) -> {
                    if (!VariableNames.allows(name) || VariableNames.isReserved(name)) {
                        body.mistake(
                                "variables",
                                "\"%s\" is no name for a variable: begin with a letter, go on with letters, digits, dots, colons, hyphens and underscores, and leave Stagecoach.… alone."
                                        .formatted(Printable.of(name)));
                    } else if (value.length() > VALUE_MAX) {
                        body.mistake(
                                place(name),
                                "A value has at most %d characters.".formatted(VALUE_MAX));
                    }
                });
        prompts.map(asked -> asked.objections(given))
                .orElse(Map.of())
                .forEach(
                        (name, why) -> {
                            if (VariableNames.allows(name) && !VariableNames.isReserved(name)) {
                                body.mistake(place(name), why);
                            }
                        });
        return given;
    }

    /** A name may be a path itself, whose slashes a pointer writes in another way. */
    private static String place(String name) {
        return "variables/" + name.replace("~", "~0").replace("/", "~1");
    }
}
