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

    /** Its disk is full to the last byte. */
    record DiskFull(String victim, Duration time) implements Fault {
        @Override
        public String words() {
            return "fill disk of %s for %d s".formatted(victim, time.toSeconds());
        }
    }

    /** The clocks of all services are wrong, and right again afterwards: two jumps. */
    record ClockWrong(Duration by, Duration time) implements Fault {
        @Override
        public String victim() {
            return "the clocks of the services";
        }

        @Override
        public String words() {
            return "put forward the clocks of the services by %d s for %d s"
                    .formatted(by.toSeconds(), time.toSeconds());
        }
    }
}
