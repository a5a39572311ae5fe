package stagecoach.orchestrator.app.catalog;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.catalog.row.CatalogRow;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.IdRule;

/**
 * Writes, reads, lists and removes what people configure, each change with its event in one
 * transaction. What a thing may say is for its {@link CatalogThing}.
 */
@ApplicationScoped
public class Catalog {
    private static final int USERS_TOLD_MAX = 20;

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final CatalogStore store;
    private final Instance<MachineWatch> watches;
    private final Caller caller;
    private final Clock clock;

    Catalog(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            CatalogStore store,
            @Any Instance<MachineWatch> watches,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.store = store;
        this.watches = watches;
        this.caller = caller;
        this.clock = clock;
    }

    /** Makes or replaces a thing; what is as it should be changes nothing. */
    public <R extends CatalogRow, V> RestResponse<V> put(
            CatalogThing<R, V> thing, String id, byte @Nullable [] json, WriteRequest request) {
        refuseBadId(thing, id);
        Cause cause = cause();
        return unitOfWork.run(
                tx -> {
                    if (!request.dryRun) {
                        store.lock(tx);
                    }
                    var body = JsonBody.of(json);
                    refuseOtherId(body, id);
                    Optional<R> before = tx.find(thing.rowType(), id);
                    request.check(
                            before.isPresent() ? revision(tx, thing, id) : Revision.NONE,
                            name(thing, id));
                    R after =
                            thing.read(
                                    id, body, store.names(tx).assuming(request.assumed()), before);
                    body.refuseUnknown();
                    body.mistakes().refuseIfAny();
                    if (!request.dryRun) {
                        write(tx, thing, before, after, cause);
                    }
                    V view = thing.views(tx, List.of(after)).getFirst();
                    if (request.dryRun) {
                        return RestResponse.ok(view);
                    }
                    return written(tx, thing, id, view, before.isPresent());
                });
    }

    /** The answer to whoever wrote: 201 if there was no such thing before. */
    public <R extends CatalogRow, V> RestResponse<V> written(
            Tx tx, CatalogThing<R, V> thing, String id, V view, boolean replaced) {
        Revision now = revision(tx, thing, id);
        return replaced
                ? tagged(view, now)
                : ResponseBuilder.<V>create(RestResponse.Status.CREATED, view)
                        .location(URI.create("/api/v1/" + thing.path() + "/" + id))
                        .header(HttpHeaders.ETAG, now.tag())
                        .build();
    }

    /** One thing, with its revision. */
    public <R extends CatalogRow, V> RestResponse<V> get(CatalogThing<R, V> thing, String id) {
        return unitOfWork.run(
                tx ->
                        tagged(
                                thing.views(tx, List.of(find(tx, thing, id))).getFirst(),
                                revision(tx, thing, id)));
    }

    /**
     * The revision of a thing that is there; where no event has told of it yet, the one that it
     * gets by that.
     */
    public <R extends CatalogRow, V> Revision revision(Tx tx, CatalogThing<R, V> thing, String id) {
        var told = told(tx, thing, id);
        return new Revision(told.present() ? told.revision() : told.revision() + 1);
    }

    private <R extends CatalogRow, V> ConfigurationKind.State told(
            Tx tx, CatalogThing<R, V> thing, String id) {
        return commands.load(
                tx, ConfigurationKind.CONFIGURATION, ConfigurationKind.streamOf(thing.kind(), id));
    }

    /**
     * Tells of a thing that an older version made when such things had no events: otherwise its
     * change would be told as its beginning, and its end not at all.
     */
    private <R extends CatalogRow, V> void tellUntold(
            Tx tx, CatalogThing<R, V> thing, R row, Cause cause) {
        if (!told(tx, thing, row.id()).present()) {
            tell(tx, thing, row, cause);
        }
    }

    /** A document with its revision. */
    public static <V> RestResponse<V> tagged(V view, Revision revision) {
        return ResponseBuilder.ok(view).header(HttpHeaders.ETAG, revision.tag()).build();
    }

    /** What a thing is called in sentences. */
    public static <R extends CatalogRow, V> String name(CatalogThing<R, V> thing, String id) {
        return "%s \"%s\"".formatted(thing.noun(), id);
    }

    /** A page of all things of a kind, by id. */
    public <R extends CatalogRow, V> Listed<V> list(CatalogThing<R, V> thing, PageRequest page) {
        int limit = page.limit();
        String after = page.after().orElse("");
        return unitOfWork.run(
                tx ->
                        page.page(
                                tx.page(
                                        thing.rowType(),
                                        "from %s where id > ?1 order by id"
                                                .formatted(thing.rowType().getSimpleName()),
                                        limit + 1,
                                        after),
                                CatalogRow::id,
                                rows -> thing.views(tx, rows)));
    }

    /** Removes a thing that nobody refers to. */
    public <R extends CatalogRow, V> void delete(CatalogThing<R, V> thing, String id) {
        delete(thing, id, _ -> {});
    }

    /** The same, with what else there is to do in that transaction. */
    public <R extends CatalogRow, V> void delete(
            CatalogThing<R, V> thing, String id, Consumer<Tx> also) {
        Cause cause = cause();
        unitOfWork.run(
                tx -> {
                    store.lock(tx);
                    R row = find(tx, thing, id);
                    List<String> users = new ArrayList<>(store.usersOf(tx, thing.kind(), id));
                    users.addAll(thing.usersElsewhere(tx, id));
                    if (!users.isEmpty()) {
                        throw inUse(thing.noun(), id, users);
                    }
                    tellUntold(tx, thing, row, cause);
                    commands.handle(
                            tx,
                            ConfigurationKind.CONFIGURATION,
                            ConfigurationKind.streamOf(thing.kind(), id),
                            List.of(new ConfigurationKind.Command.Remove(thing.kind(), id)),
                            cause);
                    tx.delete(row);
                    store.forgetUses(tx, thing.kind(), id);
                    tellWatches(tx, thing, id, Stream.of(row), cause);
                    also.accept(tx);
                    return row;
                });
    }

    /** Writes a thing's row with its event, if anything about it changed. */
    public <R extends CatalogRow, V> void write(
            Tx tx, CatalogThing<R, V> thing, Optional<R> before, R after, Cause cause) {
        if (before.isPresent() && before.get().content().equals(after.content())) {
            return;
        }
        before.ifPresent(row -> tellUntold(tx, thing, row, cause));
        tell(tx, thing, after, cause);
        if (before.isPresent()) {
            tx.update(after);
        } else {
            tx.insert(after);
        }
        store.writeUses(tx, thing.kind(), after.id(), thing.uses(after));
        tellWatches(tx, thing, after.id(), Stream.concat(before.stream(), Stream.of(after)), cause);
    }

    private <R extends CatalogRow, V> void tellWatches(
            Tx tx, CatalogThing<R, V> thing, String id, Stream<R> rows, Cause cause) {
        Optional<AgentId> machine = thing.machine(id);
        if (machine.isPresent()) {
            Set<EnvironmentId> environments =
                    rows.flatMap(row -> thing.uses(row).stream())
                            .filter(use -> use.kind() == Kind.ENVIRONMENT)
                            .map(use -> new EnvironmentId(use.id()))
                            .collect(Collectors.toSet());
            watches.forEach(watch -> watch.configured(tx, machine.get(), environments, cause));
        }
    }

    /** Appends the event of a change. */
    public <R extends CatalogRow, V> void tell(
            Tx tx, CatalogThing<R, V> thing, R after, Cause cause) {
        commands.handle(
                tx,
                ConfigurationKind.CONFIGURATION,
                ConfigurationKind.streamOf(thing.kind(), after.id()),
                List.of(
                        new ConfigurationKind.Command.Write(
                                thing.kind(), after.id(), thing.document(after))),
                cause);
    }

    /** The row of a thing. */
    public <R extends CatalogRow, V> R find(Tx tx, CatalogThing<R, V> thing, String id) {
        return Optional.of(id)
                .filter(IdRule::allows)
                .flatMap(good -> tx.find(thing.rowType(), good))
                .orElseThrow(() -> notFound(thing.noun(), id));
    }

    /** Why the present request does what it does. */
    public Cause cause() {
        return Cause.of(clock, caller.actor());
    }

    /** That a thing does not exist. */
    public static Rejection notFound(String noun, String id) {
        return Rejection.notFound("There is no %s \"%s\".".formatted(noun, id));
    }

    private static Rejection inUse(String noun, String id, List<String> users) {
        String told = String.join(", ", users.subList(0, Math.min(users.size(), USERS_TOLD_MAX)));
        String more =
                users.size() > USERS_TOLD_MAX
                        ? " and %d more".formatted(users.size() - USERS_TOLD_MAX)
                        : "";
        return new Rejection(
                Rejection.Kind.CONFLICT,
                "in-use",
                "The %s \"%s\" is in use by %s%s. Change or remove those first."
                        .formatted(noun, id, told, more));
    }

    /** Refuses an id that no thing can have. */
    public static <R extends CatalogRow, V> void refuseBadId(CatalogThing<R, V> thing, String id) {
        if (!IdRule.allows(id)) {
            throw new InvalidInput("/id", IdRule.refusal(thing.noun(), id) + ".");
        }
    }

    /** Refuses a body that says another id than the path. */
    public static void refuseOtherId(JsonBody body, String id) {
        body.text("id")
                .filter(given -> !given.equals(id))
                .ifPresent(
                        given ->
                                body.mistake(
                                        "id",
                                        "The path says \"%s\" and the body \"%s\". Leave id out, or let both be the same."
                                                .formatted(id, given)));
    }

    /** The name that people gave; the id if they gave none. */
    public static String nameOf(JsonBody body, String id) {
        String name = body.text("name").filter(text -> !text.isBlank()).orElse(id);
        if (name.length() > 200) {
            body.mistake("name", "A name has at most 200 characters.");
        }
        PlainText.checkLine(body, "name", name);
        return name;
    }
}
