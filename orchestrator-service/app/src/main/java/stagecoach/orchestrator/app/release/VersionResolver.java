package stagecoach.orchestrator.app.release;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.Release.StepPackage;
import stagecoach.orchestrator.release.WantedPackages;
import stagecoach.orchestrator.release.WantedPackages.Use;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.Mistakes;
import stagecoach.runtime.request.Nearest;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.vocabulary.process.DeploymentProcess;

/** Finds the versions of a release's packages, and has them pinned and leased. */
@ApplicationScoped
public class VersionResolver {
    private final PackageService packageService;

    VersionResolver(PackageService packageService) {
        this.packageService = packageService;
    }

    /**
     * What somebody wants, and where he said so.
     *
     * @param pointers the place of each choice in the request
     */
    record Choice(WantedPackages packages, Map<Use, String> pointers) {}

    /**
     * Reads the versions that {@code body} chooses in {@code packages}, an item for a step, for a
     * package with all its steps, or for one of a step's packages; mistakes are noted there.
     */
    static Choice read(JsonBody body, DeploymentProcess process) {
        var choice = new Choice(WantedPackages.of(process), new HashMap<>());
        body.objects("packages")
                .orElse(List.of())
                .forEach(object -> object.ifPresent(item -> readItem(choice, item)));
        return choice;
    }

    private static void readItem(Choice choice, JsonBody item) {
        Optional<String> step = item.text("step");
        Optional<String> id = item.text("package");
        Optional<VersionRange> version = item.requiredParsed("version", VersionRange::parse);
        if (!item.has("step") && !item.has("package")) {
            item.mistake(
                    "",
                    "Name the step or the package whose version this is: {\"package\": \"Shop.Web\", \"version\": \"1.2.0\"}.");
        } else {
            List<Use> uses =
                    step.map(name -> usesOfStep(choice.packages(), item, name, id))
                            .or(() -> id.map(name -> usesOf(choice.packages(), item, name)))
                            .orElse(List.of());
            version.ifPresent(chosen -> choose(choice, item, uses, chosen));
        }
        item.refuseUnknown();
    }

    /** The package of a step; one with several says which is meant. */
    private static List<Use> usesOfStep(
            WantedPackages packages, JsonBody item, String name, Optional<String> id) {
        var step = packages.steps().stream().filter(s -> s.value().equals(name)).findFirst();
        if (step.isEmpty()) {
            var names = packages.steps().stream().map(StepName::value).toList();
            item.mistake(
                    "step",
                    "There is no step \"%s\" with a package.%s"
                            .formatted(name, Nearest.question(name, names)));
            return List.of();
        }
        List<Use> uses = packages.usesOf(step.get());
        List<String> ids = uses.stream().map(use -> use.id().value()).toList();
        if (id.isEmpty()) {
            if (uses.size() > 1) {
                item.mistake(
                        "step",
                        "The step \"%s\" uses %s. Say which one this is the version of: add \"package\"."
                                .formatted(name, String.join(", ", ids)));
                return List.of();
            }
            return uses;
        }
        var chosen =
                uses.stream().filter(use -> use.id().value().equalsIgnoreCase(id.get())).toList();
        if (chosen.isEmpty()) {
            item.mistake(
                    "package",
                    "The step \"%s\" does not use \"%s\".%s"
                            .formatted(name, id.get(), Nearest.question(id.get(), ids)));
        }
        return chosen;
    }

    private static List<Use> usesOf(WantedPackages packages, JsonBody item, String name) {
        var ids = packages.ids();
        Optional<PackageId> known =
                ids.stream().filter(id -> id.value().equalsIgnoreCase(name)).findFirst();
        if (known.isEmpty()) {
            item.mistake(
                    "package",
                    "No step of the process uses \"%s\".%s"
                            .formatted(
                                    name,
                                    Nearest.question(
                                            name, ids.stream().map(PackageId::value).toList())));
        }
        return known.map(packages::usesOf).orElse(List.of());
    }

    private static void choose(Choice choice, JsonBody item, List<Use> uses, VersionRange version) {
        for (Use use : uses) {
            Optional<VersionRange> before = choice.packages().choose(use, version);
            if (before.filter(other -> !other.equals(version)).isPresent()) {
                item.mistake(
                        "version",
                        "The step \"%s\" was given %s before. Remove one of the two."
                                .formatted(use.step(), before.get()));
            }
            choice.pointers().putIfAbsent(use, item.pointerOf("version"));
        }
    }

    /**
     * The same release with its packages, each in this version, pinned and leased for it; may be
     * repeated.
     *
     * @param pointer where the version stands in the request
     * @throws stagecoach.runtime.access.InvalidInput if some cannot be had, naming all of them
     * @throws Rejection if some are being fetched from their feeds still
     * @throws stagecoach.runtime.store.TemporaryFailure if the package-service does not answer
     */
    public Release pinned(Release release, PackageVersion version, String pointer) {
        var choice = new Choice(WantedPackages.of(release.process()), new HashMap<>());
        for (PackageId id : choice.packages().ids()) {
            for (Use use : choice.packages().usesOf(id)) {
                choice.packages().choose(use, VersionRange.exactly(version));
                choice.pointers().put(use, pointer);
            }
        }
        return new Release(
                release.project(),
                release.version(),
                release.process(),
                release.variables(),
                pin(release.project(), release.version(), choice));
    }

    /**
     * Has the packages pinned and leased for a release; may be repeated.
     *
     * @throws stagecoach.runtime.access.InvalidInput if some cannot be had, naming all of them
     * @throws Rejection if some are being fetched from their feeds still
     * @throws stagecoach.runtime.store.TemporaryFailure if the package-service does not answer
     */
    List<StepPackage> pin(ProjectId project, ReleaseVersion version, Choice choice) {
        List<Wanted> wanted = choice.packages().wanted();
        if (wanted.isEmpty()) {
            return List.of();
        }
        var response =
                packageService.pin(
                        new PinPackages.Request(
                                "release:%s:%s".formatted(project, version), wanted));
        var mistakes = new Mistakes();
        List<PackagePin> pins = new ArrayList<>();
        List<String> underway = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Answer answer = response.answers().get(i);
            answer.pin().ifPresent(pins::add);
            answer.underway().ifPresent(underway::add);
            if (answer.problem().isPresent()) {
                say(mistakes, choice, wanted.get(i), answer);
            }
        }
        mistakes.refuseIfAny();
        if (!underway.isEmpty()) {
            throw new Rejection(
                    Rejection.Kind.NOT_YET,
                    "packages-on-their-way",
                    "%s. Repeat the request.".formatted(String.join("; ", underway)));
        }
        return choice.packages().pinned(pins);
    }

    /** What was chosen is wrong where it stands; what was not is wrong in the process. */
    private static void say(Mistakes mistakes, Choice choice, Wanted wanted, Answer answer) {
        List<Use> uses = choice.packages().usesThatWant(wanted);
        String problem = answer.problem().orElse("%s cannot be had.".formatted(wanted.id()));
        Optional<String> pointer =
                uses.stream()
                        .filter(choice.pointers()::containsKey)
                        .map(choice.pointers()::get)
                        .findFirst();
        mistakes.add(
                pointer.orElse("/packages"),
                pointer.isPresent()
                        ? problem
                        : "step \"%s\": %s".formatted(uses.getFirst().step(), problem));
    }
}
