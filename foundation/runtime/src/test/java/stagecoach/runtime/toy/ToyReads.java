package stagecoach.runtime.toy;

import jakarta.inject.Singleton;
import stagecoach.runtime.access.AccessFilter.OpenReads;

/** Of a service that serves NuGet clients, and opens its feed when a test says so. */
@Singleton
public class ToyReads implements OpenReads {
    /** Whether anybody may read. */
    public volatile boolean open;

    @Override
    public boolean areOpen() {
        return open;
    }
}
