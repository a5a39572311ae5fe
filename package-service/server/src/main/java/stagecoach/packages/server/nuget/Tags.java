package stagecoach.packages.server.nuget;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import stagecoach.packages.server.index.PackageDetails;

/** The tags of a package, one by one. */
final class Tags {

    private Tags() {}

    static void add(ObjectNode to, PackageDetails details) {
        var tags = to.putArray("tags");
        Arrays.stream(details.tags().split("[\\s,;]+"))
                .filter(tag -> !tag.isEmpty())
                .forEach(tags::add);
    }
}
