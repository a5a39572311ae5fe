package stagecoach.orchestrator.app.live;

/**
 * What can be followed.
 *
 * @param deployment whose output it is; empty for the feed of events
 */
public record Subject(String deployment) {
    /** The feed of all events. */
    public static final Subject EVENTS = new Subject("");

    /** Nothing that grows: whoever follows it looks from time to time. */
    public static final Subject NOTHING = new Subject("-");

    /** The output of a deployment. */
    public static Subject outputOf(String deployment) {
        return new Subject(deployment);
    }
}
