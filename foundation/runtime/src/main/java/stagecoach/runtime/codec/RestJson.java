package stagecoach.runtime.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.deser.DurationDeserializer;
import com.fasterxml.jackson.datatype.jsr310.deser.InstantDeserializer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import stagecoach.wire.StagecoachJson;

/**
 * The JSON of the REST surface: the one form, and unknown request fields are refused by name, as
 * are times that nothing behind can count with.
 */
class RestJson {
    @Produces
    @Singleton
    ObjectMapper mapper() {
        var times = new SimpleModule("times");
        times.addDeserializer(
                Instant.class,
                new Bounded<>(Instant.class, InstantDeserializer.INSTANT, Times::isNear));
        times.addDeserializer(
                Duration.class,
                new Bounded<>(Duration.class, DurationDeserializer.INSTANCE, Times::isShort));
        return StagecoachJson.strict().copy().registerModule(times);
    }

    /** Reads as another does, and takes not everything. */
    private static final class Bounded<T> extends JsonDeserializer<T> {
        private final Class<T> type;
        private final JsonDeserializer<T> reader;
        private final Predicate<T> taken;

        Bounded(Class<T> type, JsonDeserializer<T> reader, Predicate<T> taken) {
            this.type = type;
            this.reader = reader;
            this.taken = taken;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            String text = json.getText();
            T read = reader.deserialize(json, context);
            return taken.test(read)
                    ? read
                    : type.cast(
                            context.handleWeirdStringValue(
                                    type, text, "is too far from now, or too long"));
        }
    }
}
