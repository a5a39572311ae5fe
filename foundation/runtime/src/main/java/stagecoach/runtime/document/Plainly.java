package stagecoach.runtime.document;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.models.media.Schema;

/**
 * Says what schemas say in the plainest way, for programs that make clients of them: no type beside
 * a reference that has it, and no choice where a type that may be null says the same.
 */
final class Plainly {
    private static final String IN_SCHEMAS = "#/components/schemas/";

    private final Map<String, Schema> named;

    private Plainly(Map<String, Schema> named) {
        this.named = named;
    }

    static void tell(Map<String, Schema> named) {
        var plainly = new Plainly(named);
        List.copyOf(named.values()).forEach(plainly::tell);
    }

    private void tell(Schema schema) {
        if (schema.getRef() != null) {
            schema.setType(null);
            return;
        }
        typeThatMayBeNull(schema);
        Optional.ofNullable(schema.getProperties())
                .ifPresent(properties -> properties.values().forEach(this::tell));
        Optional.ofNullable(schema.getItems()).ifPresent(this::tell);
    }

    /**
     * Such as a time: what is behind the reference is no more than a text of a format, and the type
     * beside the choice has said already that it may be null.
     */
    private void typeThatMayBeNull(Schema schema) {
        if (schema.getAnyOf() == null || schema.getType() == null) {
            return;
        }
        schema.getAnyOf().stream()
                .map(Schema::getRef)
                .filter(Objects::nonNull)
                .findFirst()
                .map(reference -> named.get(reference.substring(IN_SCHEMAS.length())))
                .filter(word -> word.getProperties() == null && word.getEnumeration() == null)
                .ifPresent(
                        word -> {
                            schema.setAnyOf(null);
                            schema.setFormat(word.getFormat());
                        });
    }
}
