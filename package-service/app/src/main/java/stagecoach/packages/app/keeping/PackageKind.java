package stagecoach.packages.app.keeping;

import java.util.List;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.vocabulary.packages.Sha512;

/**
 * What became of some bytes, stream {@code package-<sha512>}: a record of what the tables, in the
 * same transaction, have decided.
 */
final class PackageKind implements AggregateKind<PackageKind.Told, PackageEvent, PackageEvent> {
    /** The only one. */
    static final PackageKind PACKAGES = new PackageKind();

    private PackageKind() {}

    /** There is nothing to know. */
    record Told() {}

    static StreamId streamOf(Sha512 sha512) {
        return StreamId.of("package", sha512.hex());
    }

    @Override
    public String name() {
        return "package";
    }

    @Override
    public Class<PackageEvent> eventFamily() {
        return PackageEvent.class;
    }

    @Override
    public Topic topic() {
        return Channels.PACKAGES;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, Told state) {
        return EventAttributes.none();
    }

    @Override
    public Decider<Told, PackageEvent, PackageEvent> decider() {
        return TELLING;
    }

    private static final Decider<Told, PackageEvent, PackageEvent> TELLING =
            new Decider<>() {
                @Override
                public Told initial() {
                    return new Told();
                }

                @Override
                public List<PackageEvent> decide(Told state, PackageEvent happened) {
                    return List.of(happened);
                }

                @Override
                public Told evolve(Told state, PackageEvent event) {
                    return state;
                }
            };
}
