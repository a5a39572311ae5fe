package stagecoach.packages.server.nuget;

import java.util.Arrays;
import java.util.Optional;

/** One of the three families of registrations; each kind of client knows one of them. */
public enum Hive {
    /** For the oldest clients: without compression, and without SemVer 2.0.0. */
    PLAIN("plain", false, false),
    /** Compressed, and without SemVer 2.0.0. */
    GZIP("gzip", true, false),
    /** Compressed, with all packages. */
    SEMVER2("semver2", true, true);

    /** Where the hives lie below the feed's folder. */
    public static final String FOLDER = "registrations/";

    private final String segment;
    private final boolean compressed;
    private final boolean semVer2;

    Hive(String segment, boolean compressed, boolean semVer2) {
        this.segment = segment;
        this.compressed = compressed;
        this.semVer2 = semVer2;
    }

    /** The hive of that name in a path. */
    public static Optional<Hive> parse(String segment) {
        return Arrays.stream(values()).filter(hive -> hive.segment.equals(segment)).findFirst();
    }

    /** Where it lies below the feed's folder. */
    public String path() {
        return FOLDER + segment + "/";
    }

    /** Whether its documents are sent with gzip, whatever the client accepts. */
    public boolean compressed() {
        return compressed;
    }

    /** Whether it has the packages that only SemVer 2.0.0 can name. */
    public boolean semVer2() {
        return semVer2;
    }
}
