package stagecoach.local.launcher.process;

import java.net.URI;

/** How a process says that it is ready. */
public sealed interface Readiness {
    /** A GET of this address answers with a status below 300. */
    record HttpAnswer(URI address) implements Readiness {}

    /** A line of its output begins with these characters. */
    record OutputLine(String start) implements Readiness {}

    /** It accepts a connection on this port of 127.0.0.1. */
    record OpenPort(int port) implements Readiness {}
}
