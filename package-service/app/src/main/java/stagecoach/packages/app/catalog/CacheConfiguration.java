package stagecoach.packages.app.catalog;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;

/**
 * The history of one cache's configuration, stream {@code config-cache:<id>}: it counts revisions
 * and tells the others; the rules lie with {@link CacheRequest}.
 */
final class CacheConfiguration
        implements AggregateKind<
                CacheConfiguration.State, CacheConfiguration.Command, ConfigurationEvent> {
    /** The only one. */
    static final CacheConfiguration CACHES = new CacheConfiguration();

    private CacheConfiguration() {}

    /**
     * How the cache stands.
     *
     * @param revision 0 if it never was
     */
    record State(long revision, boolean present) {}

    /** What may be asked. */
    sealed interface Command {
        /** It shall be so; asked only if something about it changed. */
        record Write(String id, ConfigurationDocument document) implements Command {}

        /** It shall be gone. */
        record Remove(String id) implements Command {}
    }

    static StreamId streamOf(String id) {
        return StreamId.of("config", "cache:" + id);
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
                        case Command.Write(var id, var document) ->
                                List.of(changed(state, id, Optional.of(document)));
                        case Command.Remove(var id) ->
                                state.present()
                                        ? List.of(changed(state, id, Optional.empty()))
                                        : List.of();
                    };
                }

                private static ConfigurationEvent changed(
                        State state, String id, Optional<ConfigurationDocument> document) {
                    return new ConfigurationChanged(Kind.CACHE, id, state.revision() + 1, document);
                }

                @Override
                public State evolve(State state, ConfigurationEvent event) {
                    return switch (event) {
                        case ConfigurationChanged changed ->
                                new State(changed.revision(), changed.document().isPresent());
                        case ReleaseCreated release ->
                                throw new IllegalStateException(
                                        "a release is no cache: " + release.project());
                    };
                }
            };
}
