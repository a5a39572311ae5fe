package stagecoach.packages.cache.pull;

import java.io.IOException;
import java.nio.file.FileStore;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** The room on the disk, with what pulls under way are still going to fill of it. */
final class PullRoom {
    private final FileStore disk;
    private final Map<Pull, LongSupplier> coming = new HashMap<>();

    PullRoom(FileStore disk) {
        this.disk = disk;
    }

    /**
     * Takes room for a pull, which gives it back when it has ended.
     *
     * @param rest how many bytes are still to come, at any moment
     * @return how many bytes are too few; 0 if it has its room now
     */
    synchronized long take(Pull pull, LongSupplier rest) throws IOException {
        coming.remove(pull);
        long others = coming.values().stream().mapToLong(LongSupplier::getAsLong).sum();
        long lacking = rest.getAsLong() + others - disk.getUsableSpace();
        if (lacking > 0) {
            return lacking;
        }
        coming.put(pull, rest);
        return 0;
    }

    synchronized void giveBack(Pull pull) {
        coming.remove(pull);
    }
}
