package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.nio.file.Path;
import stagecoach.local.launcher.process.PidFiles;

/**
 * The folders that play the machines' disks, and what scripts started there.
 *
 * @param folder a folder for each machine
 * @param pids where scripts leave the pid of what they started
 */
record Machines(Path folder, Path pids) {
    /** Ends the shop on one machine, as the machine's owner might. */
    void endShop(String machine) throws IOException, InterruptedException {
        PidFiles.end(pids.resolve(machine + ".pid"));
    }

    /** Ends everything that scripts started. */
    void endAll() throws IOException, InterruptedException {
        PidFiles.endAllIn(pids);
    }
}
