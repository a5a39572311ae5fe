package stagecoach.vocabulary.process;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.ScriptFile;
import stagecoach.vocabulary.process.Action.ScriptPackage;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableNames;

/** What a script may say: a body or a file of a package, and the packages that it refers to. */
final class ScriptRules {
    private static final int PATH_MAX = 1024;

    private final BiConsumer<String, String> mistakes;

    /** Tells {@code mistakes} the field and the sentence of each mistake. */
    ScriptRules(BiConsumer<String, String> mistakes) {
        this.mistakes = mistakes;
    }

    void check(Step step, Action.Script script) {
        if (script.file().isPresent()) {
            checkFile(script, script.file().get());
        } else {
            checkBody(script);
            checkNames(script);
        }
        checkPhase(step, script);
        checkPackages(script.packages());
    }

    private void checkBody(Action.Script script) {
        if (script.body().isBlank()) {
            add("script/body", "The script is empty. Say what to run.");
        } else if (script.body().length() > ProcessRules.BODY_MAX) {
            add(
                    "script/body",
                    "The script has %d characters; at most %d fit in a step. Put it into a package, and name that in script.package and script.path."
                            .formatted(script.body().length(), ProcessRules.BODY_MAX));
        }
    }

    /** A variable of a package that the script does not refer to would have no value. */
    private void checkNames(Action.Script script) {
        var known = new LinkedHashSet<String>();
        for (ScriptPackage one : script.allPackages()) {
            known.add(BuiltIns.packageDirectory(one.source().id()));
            known.add(BuiltIns.packageVersion(one.source().id()));
        }
        for (String name : Template.parse(script.body()).names()) {
            if (BuiltIns.isOfAPackage(name) && !known.contains(name)) {
                add(
                        "script/body",
                        known.isEmpty()
                                ? "#{%s}: the step has no packages. Name the package in packages."
                                        .formatted(name)
                                : "#{%s}: the step's packages have %s. Correct it, or name the package in packages."
                                        .formatted(name, String.join(", ", known)));
            }
        }
    }

    private void checkFile(Action.Script script, ScriptFile file) {
        if (!script.body().isEmpty()) {
            add(
                    "script/body",
                    "The script is %s in the package %s, so there is no body. Leave one of them out."
                            .formatted(file.path(), file.source().id()));
        }
        whyNoPath(file.path()).ifPresent(why -> add("script/path", why));
        ActionRules.checkTravel("script/package/", file.source(), mistakes);
        script.packages().stream()
                .filter(listed -> listed.source().id().equals(file.source().id()))
                .findFirst()
                .ifPresent(listed -> checkListed(listed, file.source()));
    }

    private void checkListed(ScriptPackage listed, PackageReference own) {
        if (!listed.source().equals(own)) {
            add(
                    "script/package",
                    "%s stands in packages too, and is brought in another way there. Name it in script.package only."
                            .formatted(own.id()));
        } else if (!listed.extract()) {
            add(
                    "script/package",
                    "The script lies in %s, and packages says not to unpack it. Leave extract out there."
                            .formatted(own.id()));
        }
    }

    /** What is wrong with the path of a file in a package, for people. */
    private static Optional<String> whyNoPath(String path) {
        if (path.isBlank()) {
            return Optional.of(
                    "The path is empty. Name the script in the package, such as scripts/migrate.sh.");
        }
        if (path.length() > PATH_MAX || path.chars().anyMatch(c -> c < ' ' || c == 0x7F)) {
            return Optional.of(
                    "A path has at most %d characters, and none that cannot be seen."
                            .formatted(PATH_MAX));
        }
        if (path.startsWith("/") || path.indexOf(':') >= 0) {
            return Optional.of(
                    "\"%s\" is absolute. Write the path from the package's top, such as scripts/migrate.sh."
                            .formatted(path));
        }
        if (path.indexOf('\\') >= 0) {
            return Optional.of(
                    "Write \"%s\" with forward slashes, such as scripts/migrate.sh."
                            .formatted(path));
        }
        if (path.contains("#{")) {
            return Optional.of(
                    "\"%s\" holds a variable, and a path is taken as it stands. Name the file, and decide within it."
                            .formatted(path));
        }
        List<String> segments = List.of(path.split("/", -1));
        return segments.contains("..") || segments.contains(".") || segments.contains("")
                ? Optional.of(
                        "\"%s\" does not name a file from the package's top down. Write it without \".\", \"..\" and empty parts, such as scripts/migrate.sh."
                                .formatted(path))
                : Optional.empty();
    }

    private void checkPhase(Step step, Action.Script script) {
        if (step.phase() == Phase.PRE_ACQUISITION) {
            script.allPackages().stream()
                    .findFirst()
                    .ifPresent(
                            first ->
                                    add(
                                            "phase",
                                            "A step of PRE_ACQUISITION runs before any package is there, so its script cannot use \"%s\". Move the step to DEPLOYMENT."
                                                    .formatted(first.source().id())));
        }
    }

    private void checkPackages(List<ScriptPackage> packages) {
        Map<PackageId, Integer> seen = new HashMap<>();
        Map<String, PackageId> variables = new HashMap<>();
        for (int i = 0; i < packages.size(); i++) {
            PackageReference source = packages.get(i).source();
            ActionRules.checkTravel("packages/%d/".formatted(i), source, mistakes);
            Integer first = seen.putIfAbsent(source.id(), i);
            if (first != null) {
                add(
                        "packages/%d/id".formatted(i),
                        "\"%s\" is packages[%d] already. Name each package once."
                                .formatted(source.id(), first));
                continue;
            }
            PackageId alike =
                    variables.putIfAbsent(
                            VariableNames.environmentName(BuiltIns.packageDirectory(source.id())),
                            source.id());
            if (alike != null) {
                add(
                        "packages/%d/id".formatted(i),
                        "\"%s\" and \"%s\" have the same name in the script's environment. Use them in two steps."
                                .formatted(alike, source.id()));
            }
        }
    }

    private void add(String field, String sentence) {
        mistakes.accept(field, sentence);
    }
}
