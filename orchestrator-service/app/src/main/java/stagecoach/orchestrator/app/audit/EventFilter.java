package stagecoach.orchestrator.app.audit;

import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.EventType;

/** Which events are asked for. It may change under a cursor: that is a place in all events. */
public class EventFilter {
    /** As written. */
    @Parameter(description = "Bare names or full types of events")
    @QueryParam("type")
    public List<String> type = List.of();

    /** Of a project. */
    @QueryParam("project")
    public @Nullable String project;

    /** Of an environment. */
    @QueryParam("environment")
    public @Nullable String environment;

    /** Of a deployment. */
    @QueryParam("deployment")
    public @Nullable String deployment;

    /** The bare names of the events; empty for all. */
    List<String> types() {
        return type.stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .filter(text -> !text.isBlank())
                // The database takes no NUL, and no event has one in its name.
                .map(text -> new EventType(text.replace('\0', '?')).bareName())
                .toList();
    }
}
