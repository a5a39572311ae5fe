package stagecoach.vocabulary.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.OutputReference;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableNames;
import stagecoach.vocabulary.template.syntax.SyntaxMistake;

/** The texts of a step that are templates, and what is wrong with them whatever variables are. */
public final class StepTexts {
    private StepTexts() {}

    /**
     * A template.
     *
     * @param field the field's path within the step, such as {@code script/body}
     */
    public record Text(String field, String template) {}

    /** What is wrong with the template in a field. */
    record Mistake(String field, String sentence) {}

    /** What a step's action puts variables into when it runs. */
    public static List<Text> of(Step step) {
        return switch (step.action()) {
            case Action.Script script -> List.of(new Text("script/body", script.body()));
            case Action.DeployPackage deploy -> {
                var texts = new ArrayList<Text>();
                deploy.install()
                        .directory()
                        .ifPresent(text -> texts.add(new Text("install/directory", text)));
                deploy.install()
                        .copyTo()
                        .ifPresent(
                                copy ->
                                        texts.add(
                                                new Text(
                                                        "install/copyTo/directory",
                                                        copy.directory())));
                yield texts;
            }
            case Action.HttpCheck check -> {
                var texts = new ArrayList<Text>();
                texts.add(new Text("http/url", check.url()));
                check.bodyMatches()
                        .ifPresent(text -> texts.add(new Text("http/bodyMatches", text)));
                yield texts;
            }
            case Action.HealthCheck _ -> List.of();
            case Action.ManualIntervention manual ->
                    List.of(new Text("manual/instructions", manual.instructions()));
            case Action.Group _ -> List.of();
        };
    }

    /**
     * What is wrong with a step's templates.
     *
     * @param whole whether {@code process} has all steps, so that one that is not there is missing
     */
    static List<Mistake> mistakes(Step step, DeploymentProcess process, boolean whole) {
        var mistakes = new ArrayList<Mistake>();
        for (Text text : of(step)) {
            for (SyntaxMistake mistake : Template.parse(text.template()).mistakes()) {
                mistakes.add(new Mistake(text.field(), mistake.sentence()));
            }
        }
        var texts = new ArrayList<>(of(step));
        step.onlyIf().ifPresent(text -> texts.add(new Text("onlyIf", text)));
        if (whole) {
            for (Text text : texts) {
                for (String name : Template.parse(text.template()).names()) {
                    whyUnknown(name, step.name(), process)
                            .ifPresent(why -> mistakes.add(new Mistake(text.field(), why)));
                }
            }
        }
        return mistakes;
    }

    /**
     * Why a name that is ours can have no value at a step; empty if it can, or is no name of ours.
     */
    public static Optional<String> whyUnknown(
            String name, StepName reader, DeploymentProcess process) {
        if (!VariableNames.isReserved(name) || name.contains("#{")) {
            return Optional.empty();
        }
        if (!BuiltIns.canBe(name)) {
            return Optional.of(
                    "#{%s}: there is no built-in variable of this name. Correct it; docs/how-to/use-variables.md has all of them."
                            .formatted(name));
        }
        return BuiltIns.stepOfState(name)
                .or(() -> OutputReference.parse(name).map(OutputReference::step))
                .flatMap(asked -> whyNothingOf(asked, name, reader, process));
    }

    private static Optional<String> whyNothingOf(
            StepName asked, String name, StepName reader, DeploymentProcess process) {
        var named = process.all().stream().filter(step -> step.name().equals(asked)).findFirst();
        String written = "#{%s}".formatted(name);
        if (named.isEmpty()) {
            return Optional.of(
                    "%s: the process has no step \"%s\". Name one that stands before this one."
                            .formatted(written, asked));
        }
        if (named.get().action() instanceof Action.Group) {
            return Optional.of(
                    "%s: \"%s\" is a group; what runs and sets outputs are its steps. Name one of them."
                            .formatted(written, asked));
        }
        return process.endsBefore(asked, reader)
                ? Optional.empty()
                : Optional.of(
                        "%s: the step \"%s\" has not ended when \"%s\" begins, so this is not known then. Move it before this one."
                                .formatted(written, asked, reader));
    }
}
