package stagecoach.orchestrator.app.page.front;

import java.util.List;
import stagecoach.orchestrator.app.page.Tone;

/**
 * What the first page shows.
 *
 * @param next the address of the following projects; empty at their end
 */
public record FrontView(
        List<Open> open, List<Place> environments, List<ProjectRow> projects, String next) {
    /**
     * A deployment that has not ended.
     *
     * @param why it waits; empty if it does not
     */
    public record Open(
            String id,
            String project,
            String release,
            String environment,
            Tone tone,
            String state,
            String since,
            List<String> why) {}

    /** An environment. */
    public record Place(String id, String name) {}

    /** A project, with a cell for each of the environments. */
    public record ProjectRow(String id, String name, List<Cell> cells) {}

    /**
     * A project in an environment.
     *
     * @param deployment the newest one there; empty if there was none
     * @param runs the release that was last deployed there with success; empty if there is none
     */
    public record Cell(
            String environment,
            String deployment,
            String release,
            Tone tone,
            String state,
            String at,
            String runs) {
        /** Whether anything was ever deployed there. */
        public boolean known() {
            return !deployment.isEmpty();
        }

        /** Whether what was deployed last is not what runs. */
        public boolean differs() {
            return !runs.isEmpty() && !runs.equals(release);
        }
    }
}
