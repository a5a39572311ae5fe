package stagecoach.packages.cache.port;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.vocabulary.packages.Sha512;

/** Tells the central server what is held, and drops what it does not want here any more. */
final class Holdings {
    private static final Logger LOG = Logger.getLogger(Holdings.class);
    private static final int PAGE_MAX = 1000;

    private final DiskWork disk;
    private final PackageStore blobs;
    private final Pulls pulls;
    private final CentralTrust trust;

    Holdings(DiskWork disk, PackageStore blobs, Pulls pulls, CentralTrust trust) {
        this.disk = disk;
        this.blobs = blobs;
        this.pulls = pulls;
        this.trust = trust;
    }

    /** Answers with a page of digests, in order, and how full the disk is. */
    void list(HttpServerRequest request) {
        if (!trust.admits(request)) {
            return;
        }
        @Nullable String after = request.getParam(CacheProtocol.AFTER);
        disk.elsewhere(
                request,
                () -> {
                    List<String> held;
                    try (var all = blobs.list()) {
                        held =
                                all.map(Sha512::hex)
                                        .filter(hex -> after == null || hex.compareTo(after) > 0)
                                        .sorted()
                                        .limit(PAGE_MAX)
                                        .toList();
                    }
                    List<String> damaged = blobs.damaged().stream().map(Sha512::hex).toList();
                    DiskRoom room = blobs.room();
                    byte[] json =
                            new JsonObject()
                                    .put("usable", room.usable())
                                    .put("total", room.total())
                                    .put("held", new JsonArray(held))
                                    .put("damaged", new JsonArray(damaged))
                                    .put("more", held.size() == PAGE_MAX)
                                    .toBuffer()
                                    .getBytes();
                    return () -> PortAnswers.json(request.response(), 200, json);
                });
    }

    /** Drops a digest, unless it was ordered since the central server asked for its last order. */
    void drop(HttpServerRequest request, Sha512 sha512) {
        if (!trust.admits(request)) {
            return;
        }
        Optional<String> known = Optional.ofNullable(request.getHeader(CacheProtocol.ORDER_HEADER));
        if (known.isEmpty()) {
            PortAnswers.problem(
                    request.response(),
                    428,
                    "Precondition required",
                    "A package is dropped with what a HEAD has told in the header %s."
                            .formatted(CacheProtocol.ORDER_HEADER));
            return;
        }
        disk.elsewhere(
                request,
                () -> {
                    if (pulls.drop(sha512, known.get())) {
                        LOG.infof("A package was dropped. sha512=%s", sha512);
                        return () -> request.response().setStatusCode(204).end();
                    }
                    return () ->
                            PortAnswers.problem(
                                    request.response(),
                                    412,
                                    "Wanted",
                                    "The package was ordered since, so it stays.");
                });
    }
}
