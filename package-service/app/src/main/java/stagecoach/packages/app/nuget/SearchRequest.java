package stagecoach.packages.app.nuget;

import jakarta.ws.rs.QueryParam;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.packages.server.index.QueryParameters;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;

/** The parameters of a search, as clients write them. */
public class SearchRequest {
    @QueryParam("q")
    @Nullable String words;

    @QueryParam("skip")
    @Nullable String skip;

    @QueryParam("take")
    @Nullable String take;

    @QueryParam("prerelease")
    @Nullable String prerelease;

    @QueryParam("semVerLevel")
    @Nullable String semVerLevel;

    @QueryParam("packageType")
    @Nullable String packageType;

    /** All of them, or what is wrong with them. */
    PackageQuery query(boolean idOnly) {
        return parameters().query(idOnly);
    }

    /** What does not depend on the words. */
    PackageQuery filter() {
        return parameters().filter();
    }

    private QueryParameters parameters() {
        var parameters = new QueryParameters(name -> Optional.ofNullable(named(name)));
        if (!parameters.malformed().isEmpty()) {
            throw new InvalidInput(
                    parameters.malformed().stream()
                            .map(
                                    name ->
                                            new FieldError(
                                                    "?" + name,
                                                    "Write a whole number that is not negative."))
                            .toList());
        }
        return parameters;
    }

    private @Nullable String named(String name) {
        return switch (name) {
            case "q" -> words;
            case "skip" -> skip;
            case "take" -> take;
            case "prerelease" -> prerelease;
            case "semVerLevel" -> semVerLevel;
            case "packageType" -> packageType;
            default -> throw new IllegalArgumentException("no search has a parameter " + name);
        };
    }
}
