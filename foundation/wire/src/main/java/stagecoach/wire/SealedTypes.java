package stagecoach.wire;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sealed interface is written with the simple name of the record in {@code type}; its permitted
 * records are all there is. The names are part of the contract: golden files guard them.
 */
final class SealedTypes extends JacksonAnnotationIntrospector {
    @Override
    public @Nullable TypeResolverBuilder<?> findTypeResolver(
            MapperConfig<?> config, AnnotatedClass annotated, JavaType baseType) {
        if (sealedRoot(annotated.getRawType()).isEmpty()) {
            return super.findTypeResolver(config, annotated, baseType);
        }
        var byName =
                JsonTypeInfo.Value.construct(
                        JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, null);
        return new StdTypeResolverBuilder().init(byName, null);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
        Optional<Class<?>> root = sealedRoot(annotated.getRawType());
        if (root.isEmpty()) {
            return super.findSubtypes(annotated);
        }
        List<NamedType> subtypes = new ArrayList<>();
        addRecords(root.get(), subtypes);
        return subtypes;
    }

    /** A sealed interface within another is only a group: its records are the other's as well. */
    private static void addRecords(Class<?> sealed, List<NamedType> subtypes) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                addRecords(permitted, subtypes);
            } else {
                subtypes.add(new NamedType(permitted, permitted.getSimpleName()));
            }
        }
    }

    @Override
    public @Nullable String findTypeName(AnnotatedClass annotated) {
        Class<?> type = annotated.getRawType();
        return sealedRoot(type).isPresent() && type.isRecord()
                ? type.getSimpleName()
                : super.findTypeName(annotated);
    }

    /** The sealed interface that {@code type} is, or is a record of. */
    private static Optional<Class<?>> sealedRoot(Class<?> type) {
        if (type.isInterface() && type.isSealed()) {
            return Optional.of(type);
        }
        if (type.isRecord()) {
            for (Class<?> parent : type.getInterfaces()) {
                if (parent.isSealed()) {
                    return Optional.of(parent);
                }
            }
        }
        return Optional.empty();
    }
}
