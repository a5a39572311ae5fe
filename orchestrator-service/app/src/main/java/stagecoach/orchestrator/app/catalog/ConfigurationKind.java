package stagecoach.orchestrator.app.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;

/**
 * The history of one configured thing, stream {@code config-<kind>:<id>}: it only counts revisions
 * and tells the others; the rules lie with those who read what people wrote.
 */
public final class ConfigurationKind
        implements AggregateKind<
                ConfigurationKind.State, ConfigurationKind.Command, ConfigurationEvent> {
    /** The only one. */
    public static final ConfigurationKind CONFIGURATION = new ConfigurationKind();

    private ConfigurationKind() {}

    /**
     * How the thing stands.
     *
     * @param revision 0 if it never was
     * @param place the project and environment that it is about, or was
     */
    public record State(long revision, boolean present, EventAttributes place) {}

    /** What may be asked. */
    public sealed interface Command {
        /** It shall be so; asked only if something about it changed. */
        record Write(Kind kind, String id, ConfigurationDocument document) implements Command {}

        /** It shall be gone. */
        record Remove(Kind kind, String id) implements Command {}
    }

    /** The stream of a thing. */
    public static StreamId streamOf(Kind kind, String id) {
        return StreamId.of(
                "config", kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + ":" + id);
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public Class<ConfigurationEvent> eventFamily() {
        return ConfigurationEvent.class;
    }

    @Override
    public Topic topic() {
        return Channels.CONFIGURATION;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, State state) {
        String name = stream.name();
        String id = name.substring(name.indexOf(':') + 1);
        if (name.startsWith("project:")) {
            return EventAttributes.of(new ProjectId(id));
        }
        if (name.startsWith("environment:")) {
            return new EventAttributes(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(new EnvironmentId(id)),
                    Optional.empty());
        }
        return state.place();
    }

    private static EventAttributes placeOf(ConfigurationDocument document) {
        return document instanceof ConfigurationDocument.Pause pause
                ? new EventAttributes(
                        Optional.empty(), pause.project(), pause.environment(), Optional.empty())
                : EventAttributes.none();
    }

    @Override
    public Decider<State, Command, ConfigurationEvent> decider() {
        return RULES;
    }

    private static final Decider<State, Command, ConfigurationEvent> RULES =
            new Decider<>() {
                @Override
                public State initial() {
                    return new State(0, false, EventAttributes.none());
                }

                @Override
                public List<ConfigurationEvent> decide(State state, Command command) {
                    return switch (command) {
                        case Command.Write write ->
                                List.of(
                                        new ConfigurationChanged(
                                                write.kind(),
                                                write.id(),
                                                state.revision() + 1,
                                                Optional.of(write.document())));
                        case Command.Remove remove ->
                                state.present()
                                        ? List.of(
                                                new ConfigurationChanged(
                                                        remove.kind(),
                                                        remove.id(),
                                                        state.revision() + 1,
                                                        Optional.empty()))
                                        : List.of();
                    };
                }

                @Override
                public State evolve(State state, ConfigurationEvent event) {
                    return switch (event) {
                        case ConfigurationChanged changed ->
                                new State(
                                        changed.revision(),
                                        changed.document().isPresent(),
                                        changed.document()
                                                .map(ConfigurationKind::placeOf)
                                                .orElse(state.place()));
                        case ReleaseCreated release ->
                                throw new IllegalStateException(
                                        "a release has a stream of its own: " + release.project());
                        case ReleaseRetired release ->
                                throw new IllegalStateException(
                                        "a release has a stream of its own: " + release.project());
                    };
                }
            };
}
