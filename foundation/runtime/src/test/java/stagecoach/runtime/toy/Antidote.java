package stagecoach.runtime.toy;

import java.util.concurrent.atomic.AtomicBoolean;

/** Stands for a new build, which understands what the old one did not. */
public final class Antidote {
    private static final AtomicBoolean HERE = new AtomicBoolean();

    private Antidote() {}

    static boolean missing() {
        return !HERE.get();
    }

    public static void arrives(boolean here) {
        HERE.set(here);
    }
}
