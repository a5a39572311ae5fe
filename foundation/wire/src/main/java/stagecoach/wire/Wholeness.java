package stagecoach.wire;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether records that were read have all that they must have. */
final class Wholeness {
    private static final ClassValue<List<RecordComponent>> COMPONENTS =
            new ClassValue<>() {
                @Override
                protected List<RecordComponent> computeValue(Class<?> type) {
                    List<RecordComponent> components = Arrays.asList(type.getRecordComponents());
                    // A record inside a package-private one is read as well as any other.
                    components.forEach(component -> component.getAccessor().setAccessible(true));
                    return components;
                }
            };

    private Wholeness() {}

    /** Where, as a JSON pointer, the first value is missing in {@code value}, if one is. */
    static Optional<String> missing(@Nullable Object value) {
        return switch (value) {
            case null -> Optional.of("");
            case Record whole -> inRecord(whole);
            case Optional<?> perhaps -> perhaps.flatMap(Wholeness::missing);
            case Collection<?> all -> inAll(all);
            case Map<?, ?> all -> inAll(all.values());
            default -> Optional.empty();
        };
    }

    private static Optional<String> inRecord(Record whole) {
        for (RecordComponent component : COMPONENTS.get(whole.getClass())) {
            Optional<String> missing = missing(read(component.getAccessor(), whole));
            if (missing.isPresent()) {
                return missing.map(place -> "/" + component.getName() + place);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inAll(Collection<?> all) {
        int index = 0;
        for (Object each : all) {
            Optional<String> missing = missing(each);
            if (missing.isPresent()) {
                return Optional.of("/" + index + missing.get());
            }
            index++;
        }
        return Optional.empty();
    }

    private static @Nullable Object read(Method accessor, Record of) {
        try {
            return accessor.invoke(of);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + accessor, e);
        }
    }
}
