package stagecoach.kubernetes;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The models read what they do not know into a map at their side; this finds it. */
final class Unknown {
    private final List<String> found = new ArrayList<>();

    private Unknown() {}

    /** The places of all fields that are not in the model. */
    static List<String> fieldsOf(String name, Object model) throws ReflectiveOperationException {
        Unknown unknown = new Unknown();
        unknown.look(name, model);
        return unknown.found;
    }

    private void look(String at, Object value) throws ReflectiveOperationException {
        if (value instanceof Collection<?> many) {
            int i = 0;
            for (Object each : many) {
                look(at + "[" + i++ + "]", each);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (var entry : map.entrySet()) {
                look(at + "." + entry.getKey(), entry.getValue());
            }
        } else if (value != null && isModel(value.getClass())) {
            for (Method getter : value.getClass().getMethods()) {
                if (getter.getName().equals("getAdditionalProperties")) {
                    Map<?, ?> more = (Map<?, ?>) getter.invoke(value);
                    if (more != null) {
                        new TreeSet<>(more.keySet()).forEach(key -> found.add(at + "." + key));
                    }
                } else if (isField(getter)) {
                    look(at + "." + getter.getName().substring(3), getter.invoke(value));
                }
            }
        }
    }

    private static boolean isField(Method method) {
        Class<?> type = method.getReturnType();
        return method.getName().startsWith("get")
                && method.getParameterCount() == 0
                && !Modifier.isStatic(method.getModifiers())
                && (Collection.class.isAssignableFrom(type)
                        || Map.class.isAssignableFrom(type)
                        || isModel(type));
    }

    private static boolean isModel(Class<?> type) {
        return !type.isEnum()
                && (type.getName().startsWith("io.fabric8.kubernetes.api.model.")
                        || type.getName().startsWith("io.strimzi.api."));
    }
}
