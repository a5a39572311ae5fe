package stagecoach.local.launcher.chaos.fault;

import java.time.Duration;

/** Something that is done to the installation and passes. */
public sealed interface Fault {
    /** Who suffers; nothing else is done to it meanwhile. */
    String victim();

    /** How long until it is over. */
    Duration time();

    /** In words, as it begins. */
    String words();

    /** SIGSTOP of everything of it: it hangs silently. */
    record Frozen(String victim, Duration time) implements Fault {
        @Override
        public String words() {
            return "freeze    %s for %d s".formatted(victim, time.toSeconds());
        }
    }

    /** SIGKILL of everything of it, and it does not come again before its time. */
    record Away(String victim, Duration time) implements Fault {
        @Override
        public String words() {
            return "take away %s for %d s".formatted(victim, time.toSeconds());
        }
    }
}
