package stagecoach.orchestrator.app.page;

import java.util.Locale;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.StepState;

/** How something stands, as it looks: a colour, and a sign for whoever tells colours badly. */
public enum Tone {
    /** It went well. */
    GOOD("✓"),
    /** It failed. */
    BAD("✕"),
    /** It goes on. */
    LIVE("●"),
    /** It waits for something or somebody. */
    WAIT("◔"),
    /** It did not take place. */
    OFF("–"),
    /** Nobody knows. */
    ODD("?");

    private final String sign;

    Tone(String sign) {
        this.sign = sign;
    }

    /** The sign. */
    public String sign() {
        return sign;
    }

    /** The name in a style sheet. */
    public String style() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of a deployment. */
    public static Tone of(DeploymentState state) {
        return switch (state) {
            case SUCCEEDED -> GOOD;
            case FAILED -> BAD;
            case RUNNING, CANCELLING -> LIVE;
            case QUEUED, PAUSED, STAGED -> WAIT;
            case CANCELLED -> OFF;
        };
    }

    /** Of a step or a transfer. */
    public static Tone of(StepState state) {
        return switch (state) {
            case SUCCEEDED -> GOOD;
            case FAILED -> BAD;
            case RUNNING -> LIVE;
            case PENDING -> WAIT;
            case SKIPPED, CANCELLED -> OFF;
            case UNKNOWN -> ODD;
        };
    }

    /** Of a run of a phase, which is told by a word. */
    public static Tone ofRun(String state) {
        return switch (state) {
            case "SUCCEEDED" -> GOOD;
            case "FAILED" -> BAD;
            case "RUNNING" -> LIVE;
            case "CANCELLED" -> OFF;
            case "NEEDS_GUIDANCE", "INTERVENTION_REACHED" -> WAIT;
            default -> ODD;
        };
    }
}
