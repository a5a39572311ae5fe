package stagecoach.orchestrator.app.release;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.ReleaseCommand;
import stagecoach.orchestrator.release.ReleaseDecider;
import stagecoach.orchestrator.release.ReleaseKeeping;
import stagecoach.orchestrator.release.ReleaseState;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.wire.StagecoachJson;

/** Keeps releases: the event, the row, and sealed what they are made of. */
@ApplicationScoped
public class ReleaseStore {
    private static final AggregateKind<ReleaseState, ReleaseCommand, ConfigurationEvent> RELEASE =
            new Kind();

    private final CommandHandler commands;
    private final PlanStore plans;

    ReleaseStore(CommandHandler commands, PlanStore plans) {
        this.commands = commands;
        this.plans = plans;
    }

    /** A release; empty if there is none. */
    public Optional<Release> find(Tx tx, ProjectId project, ReleaseVersion version) {
        return row(tx, project, version)
                .map(row -> plans.read(tx, new Digest(row.snapshotDigest), Release.class));
    }

    /**
     * A release that stays at least until this transaction has ended; empty if there is none.
     *
     * <p>Whoever retires it has done so already, or waits for us and then sees what we wrote.
     */
    public Optional<Release> hold(Tx tx, ProjectId project, ReleaseVersion version) {
        tx.select("SELECT 1 FROM release WHERE id = ?1 FOR KEY SHARE", idOf(project, version));
        return find(tx, project, version);
    }

    /** Why there is no such release. */
    public String whyNone(Tx tx, ProjectId project, ReleaseVersion version) {
        return tx
                .select(
                        "SELECT retired_at, reason FROM release_retired WHERE id = ?1",
                        idOf(project, version))
                .stream()
                .findFirst()
                .map(
                        row ->
                                "The release \"%s\" of \"%s\" is kept no longer: it went at %s, since %s."
                                        .formatted(version, project, row.instant(0), row.text(1)))
                .orElseGet(
                        () ->
                                "The project \"%s\" has no release \"%s\"."
                                        .formatted(project, version));
    }

    /**
     * Keeps releases of a project no longer that nobody has begun to deploy meanwhile.
     *
     * @param going those whose rows this transaction has locked
     */
    public void retire(Tx tx, ProjectId project, List<ReleaseKeeping.Going> going, Cause cause) {
        for (ReleaseKeeping.Going release : going) {
            String id = idOf(project, release.version());
            commands.handle(
                    tx,
                    RELEASE,
                    StreamId.of(RELEASE.name(), id),
                    List.of(new ReleaseCommand.Retire(release.reason())),
                    cause);
            String plan =
                    row(tx, project, release.version())
                            .map(row -> row.snapshotDigest)
                            .orElseThrow();
            tx.execute("DELETE FROM release WHERE id = ?1", id);
            tx.execute(
                    "INSERT INTO release_retired (id, retired_at, reason) VALUES (?1, ?2, ?3)",
                    id,
                    cause.at(),
                    release.reason());
            tx.execute(
                    "DELETE FROM release_success WHERE project = ?1 AND release = ?2",
                    project.value(),
                    release.version().value());
            tx.execute(
                    """
                    DELETE FROM plan p WHERE p.digest = ?1
                        AND NOT EXISTS (SELECT 1 FROM deployment d WHERE d.plan_digest = p.digest)
                        AND NOT EXISTS (SELECT 1 FROM release r WHERE r.snapshot_digest = p.digest)""",
                    plan);
        }
    }

    /** The versions of a project's newest releases, for guesses. */
    public List<String> versions(Tx tx, ProjectId project) {
        return newest(tx, project, Optional.empty(), 200).stream().map(row -> row.version).toList();
    }

    /** Whether a version is, or was, a release: one that was retired is not made again. */
    boolean isUsed(Tx tx, ProjectId project, ReleaseVersion version) {
        return !tx.select(
                        "SELECT 1 FROM release WHERE id = ?1 UNION ALL SELECT 1 FROM release_retired WHERE id = ?1",
                        idOf(project, version))
                .isEmpty();
    }

    /** What its author wrote about a release. */
    public Optional<String> notes(Tx tx, ProjectId project, ReleaseVersion version) {
        return row(tx, project, version).flatMap(row -> Optional.ofNullable(row.notes));
    }

    Optional<ReleaseRow> row(Tx tx, ProjectId project, ReleaseVersion version) {
        return tx.find(ReleaseRow.class, idOf(project, version));
    }

    private static String idOf(ProjectId project, ReleaseVersion version) {
        return project + ":" + version;
    }

    /** Where a page of releases begins. */
    record Place(Instant createdAt, String version) {}

    List<ReleaseRow> newest(Tx tx, ProjectId project, Optional<Place> behind, int limit) {
        return behind.isEmpty()
                ? tx.page(
                        ReleaseRow.class,
                        "from ReleaseRow where project = ?1 order by createdAt desc, version",
                        limit,
                        project.value())
                : tx.page(
                        ReleaseRow.class,
                        """
                        from ReleaseRow where project = ?1
                            and (createdAt < ?2 or (createdAt = ?2 and version > ?3))
                        order by createdAt desc, version""",
                        limit,
                        project.value(),
                        behind.get().createdAt(),
                        behind.get().version());
    }

    /**
     * Creates a release.
     *
     * @throws stagecoach.decider.Rejection if the version exists
     */
    ReleaseRow create(Tx tx, Release release, Optional<String> notes, Cause cause) {
        Digest digest = plans.keep(tx, release);
        commands.handle(
                tx,
                RELEASE,
                StreamId.of(RELEASE.name(), idOf(release.project(), release.version())),
                List.of(
                        new ReleaseCommand.Create(
                                new ReleaseCreated(
                                        release.project(),
                                        release.version(),
                                        digest,
                                        release.distinctPackages()))),
                cause);
        var row = new ReleaseRow();
        row.id = idOf(release.project(), release.version());
        row.project = release.project().value();
        row.version = release.version().value();
        row.snapshotDigest = digest.value();
        row.packages =
                StagecoachJson.text(
                        release.packages().stream().map(ReleaseView.PackageView::of).toList());
        row.notes = notes.orElse(null);
        row.createdAt = cause.at();
        row.createdBy = cause.actor();
        tx.insert(row);
        return row;
    }

    private static final class Kind
            implements AggregateKind<ReleaseState, ReleaseCommand, ConfigurationEvent> {
        private final ReleaseDecider decider = new ReleaseDecider();

        @Override
        public String name() {
            return "release";
        }

        @Override
        public Decider<ReleaseState, ReleaseCommand, ConfigurationEvent> decider() {
            return decider;
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
        public EventAttributes attributesOf(StreamId stream, ReleaseState state) {
            return state.project().map(EventAttributes::of).orElseGet(EventAttributes::none);
        }
    }
}
