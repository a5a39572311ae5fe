package stagecoach.packages.feeds.protocol;

import com.fasterxml.jackson.databind.JsonNode;

/** The types of a resource in a service index. */
public final class ResourceTypes {
    private ResourceTypes() {}

    /**
     * Whether a resource is of a type.
     *
     * @param types the value of {@code @type}: one type, or several of the same address
     */
    public static boolean hold(JsonNode types, String type) {
        if (types.isArray()) {
            for (JsonNode each : types) {
                if (each.asText().equals(type)) {
                    return true;
                }
            }
        }
        return types.asText().equals(type);
    }
}
