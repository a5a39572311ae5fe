package stagecoach.vocabulary.template;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackageId;

/**
 * The variables that every step has without anyone defining them. Those of a target, worker or
 * package exist only where there is one.
 */
public final class BuiltIns {
    /** The deployment's id, such as {@code 7f3k9qzm}. */
    public static final String DEPLOYMENT_ID = "Stagecoach.Deployment.Id";

    /** 1 for the first attempt, one more for each retry of the deployment. */
    public static final String DEPLOYMENT_ATTEMPT = "Stagecoach.Deployment.Attempt";

    /**
     * How the deployment would end if nothing more went wrong: SUCCEEDED, STAGED, FAILED or
     * CANCELLED.
     */
    public static final String DEPLOYMENT_STATE = "Stagecoach.Deployment.State";

    /** The deployment's first failure in a sentence; empty if there was none. */
    public static final String DEPLOYMENT_ERROR = "Stagecoach.Deployment.Error";

    /** The step that failed first; empty if none did. */
    public static final String DEPLOYMENT_FAILED_STEP = "Stagecoach.Deployment.FailedStep";

    /** What the one who asked for the deployment wrote. */
    public static final String DEPLOYMENT_COMMENT = "Stagecoach.Deployment.Comment";

    /** Who asked for the deployment. */
    public static final String DEPLOYMENT_CREATED_BY = "Stagecoach.Deployment.CreatedBy";

    /** When the deployment was asked for. */
    public static final String DEPLOYMENT_CREATED_AT = "Stagecoach.Deployment.CreatedAt";

    /** The release's version. */
    public static final String RELEASE_VERSION = "Stagecoach.Release.Version";

    /** What the release's author wrote. */
    public static final String RELEASE_NOTES = "Stagecoach.Release.Notes";

    /** The release that was deployed last to the environment with success. */
    public static final String RELEASE_PREVIOUS = "Stagecoach.Release.Previous";

    /** The environment's id. */
    public static final String ENVIRONMENT_ID = "Stagecoach.Environment.Id";

    /** What people call the environment. */
    public static final String ENVIRONMENT_NAME = "Stagecoach.Environment.Name";

    /** The project's id. */
    public static final String PROJECT_ID = "Stagecoach.Project.Id";

    /** What people call the project. */
    public static final String PROJECT_NAME = "Stagecoach.Project.Name";

    /** The step's name. */
    public static final String STEP_NAME = "Stagecoach.Step.Name";

    /** The id of the target that the step works at, or on whose behalf. */
    public static final String TARGET_ID = "Stagecoach.Target.Id";

    /** What people call that target. */
    public static final String TARGET_NAME = "Stagecoach.Target.Name";

    /** The id of the worker that runs the step. */
    public static final String WORKER_ID = "Stagecoach.Worker.Id";

    /** The target's region; for a step without target the worker's. */
    public static final String REGION_ID = "Stagecoach.Region.Id";

    /** The id of the package that a package step installs. */
    public static final String PACKAGE_ID = "Stagecoach.Package.Id";

    /** The version of the package that a package step installs. */
    public static final String PACKAGE_VERSION = "Stagecoach.Package.Version";

    /** All of them. */
    public static final List<String> NAMES =
            List.of(
                    DEPLOYMENT_ID,
                    DEPLOYMENT_ATTEMPT,
                    DEPLOYMENT_STATE,
                    DEPLOYMENT_ERROR,
                    DEPLOYMENT_FAILED_STEP,
                    DEPLOYMENT_COMMENT,
                    DEPLOYMENT_CREATED_BY,
                    DEPLOYMENT_CREATED_AT,
                    RELEASE_VERSION,
                    RELEASE_NOTES,
                    RELEASE_PREVIOUS,
                    ENVIRONMENT_ID,
                    ENVIRONMENT_NAME,
                    PROJECT_ID,
                    PROJECT_NAME,
                    STEP_NAME,
                    TARGET_ID,
                    TARGET_NAME,
                    WORKER_ID,
                    REGION_ID,
                    PACKAGE_ID,
                    PACKAGE_VERSION);

    /** Within a loop the number of the round, from 0. */
    public static final String EACH_INDEX = "Stagecoach.Template.Each.Index";

    /** Within a loop {@code True} in the first round, else {@code False}. */
    public static final String EACH_FIRST = "Stagecoach.Template.Each.First";

    /** Within a loop {@code True} in the last round, else {@code False}. */
    public static final String EACH_LAST = "Stagecoach.Template.Each.Last";

    /** Those that only the text of a loop knows. */
    public static final List<String> OF_LOOPS = List.of(EACH_INDEX, EACH_FIRST, EACH_LAST);

    /** What the variables of a package begin with, where a step has several of them. */
    private static final String OF_A_PACKAGE = "Stagecoach.Package[";

    /** What the variables of a deployment begin with. */
    private static final String OF_A_DEPLOYMENT = "Stagecoach.Deployment.";

    /** What the outputs and states of steps begin with. */
    private static final String OF_A_STEP = "Stagecoach.Step[";

    private static final Pattern STATE =
            Pattern.compile("Stagecoach\\.Step\\[([^\\]]+)\\]\\.State(?:\\[[^\\]]+\\])?");

    /** What a loop goes through that lists what a step has set. */
    private static final Pattern OUTPUTS =
            Pattern.compile("Stagecoach\\.Step\\[[^\\]]+\\](?:\\.Output(?:\\[[^\\]]+\\])?)?");

    /** Whether a name that is ours can have a value anywhere. */
    public static boolean canBe(String name) {
        return NAMES.contains(name)
                || OF_LOOPS.contains(name)
                || name.startsWith(OF_A_PACKAGE)
                || stepOfState(name).isPresent()
                || OutputReference.parse(name).isPresent()
                || OUTPUTS.matcher(name).matches();
    }

    /** Whether a name is known when its step runs and not before. */
    public static boolean comesLater(String name) {
        return name.startsWith(OF_A_PACKAGE) || name.startsWith(OF_A_STEP);
    }

    /** Whether a name is known when its deployment has begun and not before. */
    public static boolean isOfARun(String name) {
        return name.startsWith(OF_A_DEPLOYMENT) || name.equals(RELEASE_PREVIOUS);
    }

    private BuiltIns() {}

    /** How a step stands at the target that reads it, or altogether. */
    public static String stepState(StepName step) {
        return OF_A_STEP + step + "].State";
    }

    /** How a step stands at a target. */
    public static String stepState(StepName step, TargetId target) {
        return stepState(step) + "[" + target + "]";
    }

    /** Whether a name tells how a step stands at a target that it names. */
    public static boolean isStateAtATarget(String name) {
        return name.endsWith("]") && stepOfState(name).isPresent();
    }

    /** The step whose state a name tells; empty if it tells none. */
    public static Optional<StepName> stepOfState(String name) {
        var matcher = STATE.matcher(name);
        return matcher.matches() && IdRule.allows(matcher.group(1))
                ? Optional.of(new StepName(matcher.group(1)))
                : Optional.empty();
    }

    /** Whether it is a variable of one of several packages. */
    public static boolean isOfAPackage(String name) {
        return name.startsWith(OF_A_PACKAGE);
    }

    /** Where a package that a script refers to lies on the machine: an absolute folder. */
    public static String packageDirectory(PackageId id) {
        return "Stagecoach.Package[%s].Directory".formatted(id);
    }

    /** A variable as a text refers to it. */
    public static String reference(String name) {
        return "#{" + name + "}";
    }

    /** The version of a package that a script refers to. */
    public static String packageVersion(PackageId id) {
        return "Stagecoach.Package[%s].Version".formatted(id);
    }
}
