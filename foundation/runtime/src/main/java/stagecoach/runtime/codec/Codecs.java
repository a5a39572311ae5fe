package stagecoach.runtime.codec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.EventType;
import stagecoach.wire.StagecoachJson;

/** Events of any sealed family of records as JSON bytes, and back, old types lifted on the way. */
@Singleton
public class Codecs {
    private final Map<String, Upcaster> upcasters;
    private final Map<Class<?>, Map<String, Class<?>>> families = new ConcurrentHashMap<>();

    Codecs(@All List<Upcaster> upcasters) {
        var byType = new HashMap<String, Upcaster>();
        for (Upcaster upcaster : upcasters) {
            if (byType.put(upcaster.from(), upcaster) != null) {
                throw new IllegalStateException("two upcasters from " + upcaster.from());
            }
        }
        this.upcasters = Map.copyOf(byType);
    }

    /** For programs and tests that have no old events. */
    public static Codecs withoutUpcasters() {
        return new Codecs(List.of());
    }

    /** The type of an event. */
    public static String typeOf(Object event) {
        return EventType.of(event.getClass()).value();
    }

    /** The event as JSON. */
    public byte[] encode(Object event) {
        return StagecoachJson.bytes(event);
    }

    /**
     * Reads what {@link #encode} wrote, in this build or an older one.
     *
     * @param family the sealed interface of the events
     * @throws Undecodable if the type is unknown or the bytes are not of that type
     */
    public <E> E decode(Class<E> family, String type, byte[] json) {
        try {
            return family.cast(read(family, type, json));
        } catch (IOException | ClassCastException e) {
            throw new Undecodable("The data is no %s: %s".formatted(type, e.getMessage()), e);
        }
    }

    private Object read(Class<?> family, String type, byte[] json) throws IOException {
        @Nullable Upcaster upcaster = upcasters.get(type);
        if (upcaster == null) {
            return StagecoachJson.mapper().readValue(json, classOf(family, type));
        }
        if (!(StagecoachJson.mapper().readTree(json) instanceof ObjectNode document)) {
            throw new Undecodable("The data of a %s is no JSON object.".formatted(type), null);
        }
        String lifted = type;
        while (upcaster != null) {
            document = upcaster.upcast(document);
            lifted = upcaster.to();
            upcaster = upcasters.get(lifted);
        }
        Class<?> present = classOf(family, lifted);
        // The record's name stands in the data, too, and would otherwise be the old one.
        document.put("type", present.getSimpleName());
        return StagecoachJson.mapper().treeToValue(document, present);
    }

    private Class<?> classOf(Class<?> family, String type) {
        @Nullable Class<?> known = families.computeIfAbsent(family, Codecs::typesOf).get(type);
        if (known == null) {
            throw new Undecodable(
                    "The type %s is none of %s that this build knows."
                            .formatted(type, family.getSimpleName()),
                    null);
        }
        return known;
    }

    private static Map<String, Class<?>> typesOf(Class<?> family) {
        Class<?> @Nullable [] permitted = family.getPermittedSubclasses();
        if (permitted == null) {
            throw new IllegalArgumentException(family + " is no sealed interface of events");
        }
        var types = new HashMap<String, Class<?>>();
        for (Class<?> event : permitted) {
            if (event.isRecord()) {
                types.put(EventType.of(event).value(), event);
            }
        }
        return Map.copyOf(types);
    }
}
