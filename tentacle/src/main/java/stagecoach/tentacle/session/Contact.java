package stagecoach.tentacle.session;

import java.io.IOException;

/** How this machine and its gateway come together: it dials, or it is dialled. */
interface Contact {
    /**
     * Keeps a session until the gateway says to stay away, or {@link #stop} was called.
     *
     * @return the gateway's words; empty when stopped from here
     */
    String run() throws IOException, InterruptedException;

    /** Ends the session, and begins no more. */
    void stop();
}
