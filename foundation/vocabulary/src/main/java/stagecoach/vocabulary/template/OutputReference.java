package stagecoach.vocabulary.template;

import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * The name under which later steps read an output variable: {@code
 * Stagecoach.Step[web].Output.InstallDirectory} for this target's value, {@code
 * Stagecoach.Step[web].Output[web-1].InstallDirectory} for that of another one.
 *
 * @param target empty means the target that reads
 * @param name what the script called it
 */
public record OutputReference(StepName step, Optional<TargetId> target, String name) {
    /** The output of every package step: where the package lies. */
    public static final String INSTALL_DIRECTORY = "InstallDirectory";

    private static final Pattern FORM =
            Pattern.compile(
                    "Stagecoach\\.Step\\[(?<step>[^\\]]+)\\]\\.Output(?:\\[(?<target>[^\\]]+)\\])?\\.(?<name>.+)");

    /** This target's value of a step's output. */
    public static OutputReference here(StepName step, String name) {
        return new OutputReference(step, Optional.empty(), name);
    }

    /** The value that a step set at {@code target}. */
    public static OutputReference at(StepName step, TargetId target, String name) {
        return new OutputReference(step, Optional.of(target), name);
    }

    /** Reads a name; empty if it is none of an output. */
    public static Optional<OutputReference> parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches() || !IdRule.allows(matcher.group("step"))) {
            return Optional.empty();
        }
        var target = Optional.ofNullable(matcher.group("target"));
        if (target.isPresent() && !IdRule.allows(target.get())) {
            return Optional.empty();
        }
        return Optional.of(
                new OutputReference(
                        new StepName(matcher.group("step")),
                        target.map(TargetId::new),
                        matcher.group("name")));
    }

    /** The name of the variable. */
    public String variableName() {
        return "Stagecoach.Step[%s].Output%s.%s"
                .formatted(step, target.map(t -> "[" + t + "]").orElse(""), name);
    }
}
