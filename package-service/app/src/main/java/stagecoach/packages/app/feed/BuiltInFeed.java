package stagecoach.packages.app.feed;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument.Feed;
import stagecoach.contracts.configuration.ConfigurationDocument.FeedAccess;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.packages.app.catalog.PackageConfiguration;
import stagecoach.packages.app.catalog.PackageConfiguration.Command;
import stagecoach.runtime.access.AccessFilter.OpenReads;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.FeedId;

/** What can be said of the feed that always exists: who may read it. */
@Singleton
public class BuiltInFeed implements OpenReads {
    static final String NAME = "Built-in";
    static final String KIND = "BUILT_IN";

    private final CommandHandler commands;
    private final UnitOfWork unitOfWork;

    BuiltInFeed(CommandHandler commands, UnitOfWork unitOfWork) {
        this.commands = commands;
        this.unitOfWork = unitOfWork;
    }

    /** Who may read it. */
    public FeedAccess access(Statements tx) {
        return tx.rows("SELECT access FROM built_in_feed").stream()
                .map(row -> FeedAccess.valueOf((String) Objects.requireNonNull(row[0])))
                .findFirst()
                .orElse(FeedAccess.KEYS);
    }

    @Override
    public boolean areOpen() {
        return switch (unitOfWork.run(this::access)) {
            case KEYS -> false;
            case PUBLIC -> true;
        };
    }

    /** How often it was changed. */
    Revision revision(Tx tx) {
        return new Revision(
                commands.load(
                                tx,
                                PackageConfiguration.KIND,
                                PackageConfiguration.streamOf(Kind.FEED, FeedId.BUILT_IN.value()))
                        .revision());
    }

    /** Lets others read it, if they were others; its revision then. */
    Revision write(Tx tx, FeedAccess access, Cause cause) {
        if (access(tx) == access) {
            return revision(tx);
        }
        // The event first, so that of two changes at once one waits.
        commands.handle(
                tx,
                PackageConfiguration.KIND,
                PackageConfiguration.streamOf(Kind.FEED, FeedId.BUILT_IN.value()),
                List.of(
                        new Command.Write(
                                Kind.FEED,
                                FeedId.BUILT_IN.value(),
                                new Feed(
                                        FeedId.BUILT_IN,
                                        NAME,
                                        KIND,
                                        Optional.of(access),
                                        Optional.empty()))),
                cause);
        tx.execute(
                """
                INSERT INTO built_in_feed (access) VALUES (?1)
                ON CONFLICT (only_one) DO UPDATE SET access = excluded.access""",
                access.name());
        return revision(tx);
    }
}
