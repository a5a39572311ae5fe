package stagecoach.packages.app.catalog;

/** What a cache is. */
public enum CacheKind {
    /** The lean cache of this project: it pulls, and serves by digest. */
    STAGECOACH,
    /** A folder that a distributed file system brings to each machine; this server writes it. */
    FOLDER,
    /** A NuGet server of others; this server pushes to it. */
    NUGET
}
