package stagecoach.tentacle.install;

import java.io.IOException;

/**
 * One thing that an installation does. After a restart all are asked again, in the same order; each
 * finds in the journal what it has done already.
 */
interface Behaviour {
    /** Does it. */
    void apply(Installation installation) throws InstallFailed, IOException, InterruptedException;
}
