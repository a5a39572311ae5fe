package stagecoach.runtime.rotation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.request.PlainText;
import stagecoach.runtime.rotation.Rotation.Batch;
import stagecoach.runtime.rotation.Rotation.Place;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.wire.StagecoachJson;

/** The keys that a service seals secrets with, by their ids, and the change to a new one. */
@Path("/api/v1/services/{service}/secret-keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Operation")
@Needs(Role.ADMIN)
@RunOnVirtualThread
public class KeysResource {
    private final Rotation rotation;
    private final KeyReport report;
    private final Caller caller;
    private final String own;

    KeysResource(
            Rotation rotation,
            KeyReport report,
            Caller caller,
            @ConfigProperty(name = "stagecoach.service") String own) {
        this.rotation = rotation;
        this.report = report;
        this.caller = caller;
        this.own = own;
    }

    /**
     * The keys of a service.
     *
     * @param current the id of the key that seals
     * @param older the ids of those that only open
     * @param rows how many rows need which key
     * @param problems what an operator has to mend; empty when all is well
     */
    @Schema(name = "SecretKeys")
    public record KeysView(
            String current, List<String> older, List<UseView> rows, List<String> problems) {
        /** Copies the lists. */
        public KeysView {
            older = List.copyOf(older);
            rows = List.copyOf(rows);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Rows of one kind that need one key.
     *
     * @param key its id; null for rows that were sealed before keys had ids
     */
    @Schema(name = "SecretKeyUse")
    public record UseView(String kind, @Nullable String key, long rows) {}

    /**
     * What a batch came to.
     *
     * @param current the id of the key that its rows are sealed with now
     * @param left rows that could not be opened, each with the reason
     * @param next where to go on; null at the end
     */
    @Schema(name = "SecretKeyRotation")
    public record RotatedView(
            String current, int resealed, List<LeftView> left, @Nullable String next) {
        /** Copies the list. */
        public RotatedView {
            left = List.copyOf(left);
        }
    }

    /** A row that could not be opened. */
    @Schema(name = "SecretKeyRotationLeft")
    public record LeftView(String kind, String row, String reason) {}

    /** Which keys there are, and what needs them. */
    @GET
    @Operation(
            operationId = "getSecretKeys",
            summary = "Tell the ids of the keys that a service seals with, and what needs them")
    public KeysView read(@PathParam("service") String service) {
        check(service);
        KeyReport.Found found = report.look();
        return new KeysView(
                found.ring().current().id().value(),
                found.ring().older().stream().map(KeyId::value).toList(),
                found.uses().stream()
                        .map(
                                use ->
                                        new UseView(
                                                use.kind(),
                                                use.key().map(KeyId::value).orElse(null),
                                                use.rows()))
                        .toList(),
                found.problems());
    }

    /** Seals some rows again. */
    @POST
    @Path("rotate")
    @Operation(
            operationId = "rotateSecretKeys",
            summary = "Seal some rows again with the current key",
            description =
                    "At most 100 rows of one kind; go on with ?cursor=next until next is null. It may be broken off and begun anew at any time: rows that have the current key are passed over.")
    public RotatedView rotate(
            @PathParam("service") String service, @QueryParam("cursor") @Nullable String cursor) {
        check(service);
        Place place = cursor == null ? rotation.beginning() : placeOf(cursor);
        Batch batch = rotation.reseal(place);
        if (batch.resealed() > 0) {
            Log.infof(
                    "Rows were sealed again. kind=%s rows=%d key=%s actor=%s",
                    place.kind(), batch.resealed(), batch.key(), PlainText.logged(caller.actor()));
        }
        return new RotatedView(
                batch.key().value(),
                batch.resealed(),
                batch.left().stream()
                        .map(left -> new LeftView(left.kind(), left.row(), left.reason()))
                        .toList(),
                batch.next().map(KeysResource::cursorOf).orElse(null));
    }

    private static String cursorOf(Place place) {
        List<String> texts = new ArrayList<>(List.of(place.kind()));
        texts.addAll(place.after());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(StagecoachJson.bytes(texts));
    }

    private Place placeOf(String cursor) {
        return texts(cursor)
                .filter(texts -> !texts.isEmpty())
                .map(texts -> new Place(texts.getFirst(), texts.subList(1, texts.size())))
                .filter(rotation::knows)
                .orElseThrow(
                        () ->
                                new InvalidInput(
                                        "?cursor",
                                        "This cursor was not given by this rotation. Begin without one."));
    }

    private static Optional<List<String>> texts(String cursor) {
        try {
            return Optional.of(
                    StagecoachJson.mapper()
                            .readValue(
                                    Base64.getUrlDecoder().decode(cursor),
                                    new TypeReference<List<String>>() {}));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            // None of ours: the caller is told so.
            return Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can be read", e);
        }
    }

    private void check(String service) {
        if (!service.equals(own)) {
            throw Rejection.notFound("This is %s; ask for its own keys.".formatted(own));
        }
    }
}
