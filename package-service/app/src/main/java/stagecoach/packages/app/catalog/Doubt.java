package stagecoach.packages.app.catalog;

/** What is thought of a copy in a cache. */
public enum Doubt {
    /** Nothing bad. */
    NONE,
    /** A machine got other bytes from there; another one that could tell has not said so. */
    TOLD,
    /** It gave other bytes, as far as anybody can tell. */
    SURE
}
