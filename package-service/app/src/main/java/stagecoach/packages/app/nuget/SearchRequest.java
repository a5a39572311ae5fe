package stagecoach.packages.app.nuget;

import jakarta.ws.rs.QueryParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.vocabulary.packages.PackageVersion;

/** The parameters of a search, as clients write them. */
public class SearchRequest {
    private static final int SKIP_MAX = 100_000;
    private static final int TAKE_MAX = 1000;
    private static final int TAKE_DEFAULT = 20;
    private static final PackageVersion SEMVER2 = new PackageVersion("2.0.0");

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
        return query(PackageQuery.words(words == null ? "" : words), idOnly);
    }

    /** What does not depend on the words. */
    PackageQuery filter() {
        return query(List.of(), true);
    }

    private PackageQuery query(List<String> looked, boolean idOnly) {
        var errors = new ArrayList<FieldError>();
        int skipped = number("skip", skip, 0, SKIP_MAX, errors);
        int taken = number("take", take, TAKE_DEFAULT, TAKE_MAX, errors);
        if (!errors.isEmpty()) {
            throw new InvalidInput(errors);
        }
        return new PackageQuery(
                looked,
                idOnly,
                skipped,
                taken,
                "true".equalsIgnoreCase(prerelease),
                knowsSemVer2(),
                Optional.ofNullable(packageType)
                        .map(SearchRequest::type)
                        .filter(type -> !type.isEmpty()));
    }

    /** No type has control characters, and the database refuses some of them. */
    private static String type(String text) {
        return text.replaceAll("\\p{Cntrl}", "?").strip().toLowerCase(Locale.ROOT);
    }

    private boolean knowsSemVer2() {
        try {
            return semVerLevel != null && PackageVersion.parse(semVerLevel).compareTo(SEMVER2) >= 0;
        } catch (IllegalArgumentException noVersion) {
            return false;
        }
    }

    private static int number(
            String name, @Nullable String text, int absent, int max, List<FieldError> errors) {
        if (text == null || text.isEmpty()) {
            return absent;
        }
        // Longer ones are cut like all that are too large.
        if (!text.matches("[0-9]+")) {
            errors.add(new FieldError("?" + name, "Write a whole number that is not negative."));
            return absent;
        }
        return text.length() > 9 ? max : Math.min(Integer.parseInt(text), max);
    }
}
