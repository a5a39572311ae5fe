package stagecoach.orchestrator.app.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.row.AgentRow;
import stagecoach.orchestrator.app.catalog.row.EnvironmentRow;
import stagecoach.orchestrator.app.catalog.row.ProjectRow;
import stagecoach.orchestrator.app.catalog.row.TargetRow;
import stagecoach.orchestrator.app.catalog.row.VariableSetRow;
import stagecoach.orchestrator.app.catalog.row.WorkerRow;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.secrets.SealedRows;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.VariableSetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Variable;
import stagecoach.wire.StagecoachJson;

/**
 * What is configured, for those who plan deployments by it; how it gets in is for {@link Catalog}.
 */
@ApplicationScoped
public class CatalogStore {
    private final SecretBox secrets;

    CatalogStore(SecretBox secrets) {
        this.secrets = secrets;
    }

    /**
     * A project with its process and its variables, those of its variable sets included, secrets
     * opened; empty if there is none.
     */
    public Optional<ProjectSnapshot> project(Tx tx, ProjectId id) {
        return tx.find(ProjectRow.class, id.value())
                .map(
                        row ->
                                new ProjectSnapshot(
                                        id, row.name, processOf(row), allVariablesOf(tx, row)));
    }

    /** Whether there is such a project. */
    public boolean projectExists(Tx tx, ProjectId id) {
        return tx.find(ProjectRow.class, id.value()).isPresent();
    }

    /** Whether there is such an environment. */
    public boolean environmentExists(Tx tx, EnvironmentId id) {
        return tx.find(EnvironmentRow.class, id.value()).isPresent();
    }

    /** What people call a project; its id if there is none. */
    public String nameOf(Tx tx, ProjectId id) {
        return tx.find(ProjectRow.class, id.value()).map(row -> row.name).orElse(id.value());
    }

    /** What people call an environment; its id if there is none. */
    public String nameOf(Tx tx, EnvironmentId id) {
        return tx.find(EnvironmentRow.class, id.value()).map(row -> row.name).orElse(id.value());
    }

    /** The targets of an environment and all workers, as they are now. */
    public Roster roster(Tx tx, EnvironmentId environment) {
        List<String> ids = usersOf(tx, Kind.TARGET, Kind.ENVIRONMENT, environment.value());
        List<TargetRow> targets =
                ids.isEmpty()
                        ? List.of()
                        : tx.query(
                                TargetRow.class, "from TargetRow where id in ?1 order by id", ids);
        List<WorkerRow> workers = tx.query(WorkerRow.class, "from WorkerRow order by id");
        Set<String> agents = new HashSet<>();
        targets.forEach(row -> agents.add(AgentId.of(new TargetId(row.id)).value()));
        workers.forEach(row -> agents.add(AgentId.of(new WorkerId(row.id)).value()));
        Map<String, AgentRow> known = agents(tx, agents);
        return new Roster(
                targets.stream().map(row -> target(row, known)).toList(),
                workers.stream().map(row -> worker(row, known)).toList());
    }

    /** The tags of every target that there is, by its id. */
    public Map<TargetId, List<Tag>> tagsOfTargets(Tx tx) {
        Map<TargetId, List<Tag>> tags = new HashMap<>();
        for (var row : tx.select("SELECT id, CAST(tags AS text) FROM target")) {
            tags.put(new TargetId(row.text(0)), listOf(row.text(1), Tag::new));
        }
        return tags;
    }

    private static Roster.KnownTarget target(TargetRow row, Map<String, AgentRow> agents) {
        var id = new TargetId(row.id);
        return new Roster.KnownTarget(
                id,
                listOf(row.tags, Tag::new),
                Optional.ofNullable(row.region).map(RegionId::new),
                row.disabled,
                health(agents.get(AgentId.of(id).value())),
                Optional.of(row.name).filter(name -> !name.equals(row.id)));
    }

    private static Roster.KnownWorker worker(WorkerRow row, Map<String, AgentRow> agents) {
        var id = new WorkerId(row.id);
        return new Roster.KnownWorker(
                id,
                listOf(row.workerPools, PoolId::new),
                Optional.ofNullable(row.region).map(RegionId::new),
                row.disabled,
                health(agents.get(AgentId.of(id).value())));
    }

    private static Roster.Health health(@Nullable AgentRow agent) {
        return agent == null
                ? Roster.Health.NEVER_SEEN
                : new Roster.Health(agent.health(), Optional.ofNullable(agent.reason));
    }

    /**
     * Lets one change of the configuration come after the other, until the transaction ends: what
     * one refers to is not removed by another meanwhile.
     */
    public void lock(Tx tx) {
        lockAll(tx);
    }

    private static void lockAll(Statements tx) {
        tx.select("SELECT CAST(pg_advisory_xact_lock(hashtext('catalog')) AS text)");
    }

    /** The ids that a configuration may refer to. */
    public KnownNames names(Tx tx) {
        Map<String, Set<String>> byKind = new HashMap<>();
        for (var row :
                tx.select(
                        """
                        SELECT 'ENVIRONMENT', id FROM environment
                        UNION ALL SELECT 'REGION', id FROM region
                        UNION ALL SELECT 'WORKER_POOL', id FROM worker_pool
                        UNION ALL SELECT 'VARIABLE_SET', id FROM variable_set
                        UNION ALL SELECT 'TEAM', unnest(teams) FROM api_key
                            WHERE expires_at IS NULL OR expires_at > now()
                        UNION ALL SELECT kind, id FROM foreign_thing""")) {
            byKind.computeIfAbsent(row.text(0), _ -> new HashSet<>()).add(row.text(1));
        }
        Set<String> feeds = byKind.computeIfAbsent(Kind.FEED.name(), _ -> new HashSet<>());
        feeds.add(FeedId.BUILT_IN.value());
        return new KnownNames(
                byKind.getOrDefault(Kind.ENVIRONMENT.name(), Set.of()),
                byKind.getOrDefault(Kind.REGION.name(), Set.of()),
                byKind.getOrDefault(Kind.WORKER_POOL.name(), Set.of()),
                feeds,
                byKind.getOrDefault(Kind.VARIABLE_SET.name(), Set.of()),
                byKind.getOrDefault("TEAM", Set.of()));
    }

    /** What the gateway said of these tentacles, by agent id. */
    public Map<String, AgentRow> agents(Tx tx, Collection<String> agents) {
        Map<String, AgentRow> byId = new HashMap<>();
        if (!agents.isEmpty()) {
            tx.query(AgentRow.class, "from AgentRow where agent in ?1", List.copyOf(agents))
                    .forEach(row -> byId.put(row.agent, row));
        }
        return byId;
    }

    /** Forgets what a thing refers to. */
    void forgetUses(Tx tx, Kind kind, String id) {
        tx.execute(
                "DELETE FROM catalog_use WHERE user_kind = ?1 AND user_id = ?2", kind.name(), id);
    }

    /** Replaces what a thing refers to. */
    public void writeUses(Tx tx, Kind kind, String id, Set<Use> uses) {
        forgetUses(tx, kind, id);
        for (Use use : uses) {
            tx.execute(
                    "INSERT INTO catalog_use (user_kind, user_id, used_kind, used_id) VALUES (?1, ?2, ?3, ?4)",
                    kind.name(),
                    id,
                    use.kind().name(),
                    use.id());
        }
    }

    /** The ids of the things of one kind that refer to a thing. */
    List<String> usersOf(Tx tx, Kind userKind, Kind usedKind, String usedId) {
        return tx
                .select(
                        "SELECT user_id FROM catalog_use WHERE user_kind = ?1 AND used_kind = ?2 AND used_id = ?3 ORDER BY user_id",
                        userKind.name(),
                        usedKind.name(),
                        usedId)
                .stream()
                .map(row -> row.text(0))
                .toList();
    }

    /** Who refers to a thing, in words such as {@code target web-1}. */
    List<String> usersOf(Tx tx, Kind usedKind, String usedId) {
        return tx
                .select(
                        "SELECT user_kind, user_id FROM catalog_use WHERE used_kind = ?1 AND used_id = ?2 ORDER BY user_kind, user_id",
                        usedKind.name(),
                        usedId)
                .stream()
                .map(row -> nounOf(Kind.valueOf(row.text(0))) + " " + row.text(1))
                .toList();
    }

    /**
     * The deployments of a project or environment that have not ended, and the pauses that name it,
     * in words.
     */
    public static List<String> deploymentsAndPauses(Tx tx, String column, String id) {
        return tx
                .select(
                        """
                        SELECT 'deployment ' || id FROM deployment WHERE %1$s = ?1 AND ended_at IS NULL
                        UNION ALL SELECT 'pause ' || id FROM deployment_pause WHERE %1$s = ?1
                        ORDER BY 1"""
                                .formatted(column),
                        id)
                .stream()
                .map(row -> row.text(0))
                .toList();
    }

    /** The deployments that have not ended on a target or worker, in words. */
    public static List<String> deploymentsRunningOn(Tx tx, String column, String id) {
        return tx
                .select(
                        """
                        SELECT DISTINCT s.deployment FROM step_row s JOIN deployment d ON d.id = s.deployment
                        WHERE s.%s = ?1 AND s.state IN ('PENDING', 'RUNNING') AND d.ended_at IS NULL
                        ORDER BY s.deployment"""
                                .formatted(column),
                        id)
                .stream()
                .map(row -> "deployment " + row.text(0))
                .toList();
    }

    /** A project's process. */
    public DeploymentProcess processOf(ProjectRow row) {
        return StagecoachJson.read(row.process, DeploymentProcess.class);
    }

    /**
     * A project's variables and those of the sets that it names. A name that the project defines
     * has its values only; of several sets the one that is named first.
     */
    private List<Variable> allVariablesOf(Tx tx, ProjectRow row) {
        List<Variable> all = new ArrayList<>(variablesOf(row));
        Set<String> taken = new HashSet<>();
        all.forEach(variable -> taken.add(variable.name()));
        for (VariableSetId id : listOf(row.variableSets, VariableSetId::new)) {
            List<Variable> more =
                    tx.find(VariableSetRow.class, id.value())
                            .map(this::variablesOf)
                            .orElse(List.of());
            more.stream().filter(variable -> !taken.contains(variable.name())).forEach(all::add);
            more.forEach(variable -> taken.add(variable.name()));
        }
        return all;
    }

    /** The variables of a set, secrets opened. */
    public List<Variable> variablesOf(VariableSetRow row) {
        byte[] json = secrets.open(row.variables, sealOf(row));
        return List.copyOf(Arrays.asList(StagecoachJson.read(json, Variable[].class)));
    }

    /** Keeps the variables of a set in its row. */
    public void seal(VariableSetRow row, List<Variable> variables) {
        row.variables = secrets.seal(StagecoachJson.bytes(variables), sealOf(row));
    }

    private static String sealOf(VariableSetRow row) {
        return sealOfSet(row.id);
    }

    private static String sealOfSet(String id) {
        return "variable-set:" + id;
    }

    @Produces
    @Singleton
    static SealedRows sealedSets() {
        return sealedVariables("variable sets", "variable_set", CatalogStore::sealOfSet);
    }

    @Produces
    @Singleton
    static SealedRows sealedProjects() {
        return sealedVariables("variables of projects", "project", CatalogStore::sealOfProject);
    }

    /** Who changes a row writes all of it as he has read it. */
    private static SealedRows sealedVariables(
            String name, String table, Function<String, String> context) {
        return new SealedRows(
                name,
                table,
                "variables",
                List.of("id"),
                id -> context.apply(id.getFirst()),
                CatalogStore::lockAll);
    }

    /** A project's variables, secrets opened. */
    public List<Variable> variablesOf(ProjectRow row) {
        byte[] json = secrets.open(row.variables, sealOf(row));
        return List.copyOf(Arrays.asList(StagecoachJson.read(json, Variable[].class)));
    }

    /** Keeps a project's variables in its row. */
    public void seal(ProjectRow row, List<Variable> variables) {
        row.variables =
                secrets.seal(
                        StagecoachJson.text(variables).getBytes(StandardCharsets.UTF_8),
                        sealOf(row));
    }

    private static String sealOf(ProjectRow row) {
        return sealOfProject(row.id);
    }

    private static String sealOfProject(String id) {
        return "project-variables:" + id;
    }

    /** A JSON array of texts as ids. */
    public static <T> List<T> listOf(String json, Function<String, T> id) {
        try {
            return StagecoachJson.mapper()
                    .readValue(json, new TypeReference<List<String>>() {})
                    .stream()
                    .map(id)
                    .toList();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("is no JSON array of texts: " + json, e);
        }
    }

    /** What people call a kind. */
    public static String nounOf(Kind kind) {
        return switch (kind) {
            case ENVIRONMENT -> "environment";
            case REGION -> "region";
            case WORKER_POOL -> "worker pool";
            case CACHE -> "cache";
            case FEED -> "feed";
            case TARGET -> "target";
            case WORKER -> "worker";
            case PROJECT -> "project";
            case API_KEY -> "API key";
            case RETENTION -> "retention";
            case VARIABLE_SET -> "variable set";
            case PAUSE -> "pause";
            case TASK_LIMIT -> "task limit";
        };
    }
}
