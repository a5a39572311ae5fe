package stagecoach.packages.app.catalog;

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

/**
 * The history of what is configured here, streams {@code config-cache:<id>} and {@code
 * config-feed:<id>}: it counts revisions and tells the others; the rules lie with those who read
 * the requests.
 */
public final class PackageConfiguration
        implements AggregateKind<
                PackageConfiguration.State, PackageConfiguration.Command, ConfigurationEvent> {
    /** The only one. */
    public static final PackageConfiguration KIND = new PackageConfiguration();

    private PackageConfiguration() {}

    /**
     * How it stands.
     *
     * @param revision 0 if it never was
     */
    public record State(long revision, boolean present) {}

    /** What may be asked. */
    public sealed interface Command {
        /** It shall be so; asked only if something about it changed. */
        record Write(Kind kind, String id, ConfigurationDocument document) implements Command {}

        /** It shall be gone. */
        record Remove(Kind kind, String id) implements Command {}
    }

    /** The stream of a cache or a feed. */
    public static StreamId streamOf(Kind kind, String id) {
        return StreamId.of("config", kind.name().toLowerCase(Locale.ROOT) + ":" + id);
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
        return EventAttributes.none();
    }

    @Override
    public Decider<State, Command, ConfigurationEvent> decider() {
        return RULES;
    }

    private static final Decider<State, Command, ConfigurationEvent> RULES =
            new Decider<>() {
                @Override
                public State initial() {
                    return new State(0, false);
                }

                @Override
                public List<ConfigurationEvent> decide(State state, Command command) {
                    return switch (command) {
                        case Command.Write(var kind, var id, var document) ->
                                List.of(changed(state, kind, id, Optional.of(document)));
                        case Command.Remove(var kind, var id) ->
                                state.present()
                                        ? List.of(changed(state, kind, id, Optional.empty()))
                                        : List.of();
                    };
                }

                private static ConfigurationEvent changed(
                        State state,
                        Kind kind,
                        String id,
                        Optional<ConfigurationDocument> document) {
                    return new ConfigurationChanged(kind, id, state.revision() + 1, document);
                }

                @Override
                public State evolve(State state, ConfigurationEvent event) {
                    return switch (event) {
                        case ConfigurationChanged changed ->
                                new State(changed.revision(), changed.document().isPresent());
                        case ReleaseCreated release ->
                                throw new IllegalStateException(
                                        "a release is no configuration: " + release.project());
                        case ReleaseRetired release ->
                                throw new IllegalStateException(
                                        "a release is no configuration: " + release.project());
                    };
                }
            };
}
