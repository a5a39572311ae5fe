package stagecoach.orchestrator.app.catalog.process;

import java.util.List;
import java.util.Optional;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Action.ScriptFile;
import stagecoach.vocabulary.process.Action.ScriptPackage;
import stagecoach.vocabulary.process.Action.Syntax;

/** Reads a script: its body or the file of a package, and the packages that it refers to. */
final class ScriptReader {
    private ScriptReader() {}

    /** The script of a step; empty if it cannot be told what would run. */
    static Optional<Action> read(JsonBody step, JsonBody script, KnownNames names) {
        Syntax syntax = script.choice("syntax", Syntax.class).orElse(Syntax.BASH);
        List<Optional<ScriptPackage>> listed = packages(step, names);
        List<ScriptPackage> packages = listed.stream().flatMap(Optional::stream).toList();
        if (script.has("file")) {
            script.mistake(
                    "file",
                    "file belongs to a manifest: the command line puts the file's text into body. Send body.");
        }
        boolean inPackage = script.has("package") || script.has("path");
        Optional<ScriptFile> file = inPackage ? file(script, packages, names) : Optional.empty();
        Optional<String> body = inPackage ? script.text("body") : script.requiredText("body");
        script.refuseUnknown();
        boolean whole = listed.stream().allMatch(Optional::isPresent);
        if (!whole || (inPackage ? file.isEmpty() : body.isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(new Action.Script(syntax, body.orElse(""), packages, file));
    }

    private static List<Optional<ScriptPackage>> packages(JsonBody step, KnownNames names) {
        return step.objects("packages").orElse(List.of()).stream()
                .map(item -> item.flatMap(one -> scriptPackage(one, names)))
                .toList();
    }

    private static Optional<ScriptPackage> scriptPackage(JsonBody item, KnownNames names) {
        Optional<PackageReference> reference = ActionReader.reference(item, names);
        boolean extract = item.flag("extract").orElse(true);
        item.refuseUnknown();
        return reference.map(source -> new ScriptPackage(source, extract));
    }

    private static Optional<ScriptFile> file(
            JsonBody script, List<ScriptPackage> packages, KnownNames names) {
        Optional<PackageReference> source = source(script, packages, names);
        Optional<String> path = script.text("path");
        if (!script.has("package")) {
            script.mistake(
                    "path",
                    "path names a file in a package, and script.package does not say which. Add it: {\"package\": {\"id\": \"Shop.Tools\"}}.");
        } else if (!script.has("path")) {
            script.mistake(
                    "package",
                    "path does not say which file of the package to run. Add it: {\"path\": \"scripts/migrate.sh\"}.");
        }
        return source.flatMap(of -> path.map(name -> new ScriptFile(of, name)));
    }

    /** A bare id means the one of {@code packages}, or of the built-in feed. */
    private static Optional<PackageReference> source(
            JsonBody script, List<ScriptPackage> packages, KnownNames names) {
        if (!script.isText("package")) {
            return script.object("package")
                    .flatMap(source -> ActionReader.wholeReference(source, names));
        }
        return script.parsed("package", PackageId::parse)
                .map(
                        id ->
                                packages.stream()
                                        .map(ScriptPackage::source)
                                        .filter(listed -> listed.id().equals(id))
                                        .findFirst()
                                        .orElseGet(
                                                () ->
                                                        new PackageReference(
                                                                FeedId.BUILT_IN,
                                                                id,
                                                                AcquisitionLocation
                                                                        .EXECUTION_TARGET,
                                                                PackageSource.NEAREST_CACHE)));
    }
}
