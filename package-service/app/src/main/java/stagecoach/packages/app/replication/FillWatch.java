package stagecoach.packages.app.replication;

/** Whoever waits for a package to come into a cache. */
public interface FillWatch {
    /** So much of it is there. */
    void progress(long bytes);

    /** Whether nobody waits any more. */
    boolean abandoned();
}
