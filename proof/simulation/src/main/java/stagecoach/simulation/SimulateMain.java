package stagecoach.simulation;

import java.util.Optional;
import java.util.Random;

/** {@code stagecoach simulate [--seeds N] [--from SEED]}: plays seeds, and tells what it finds. */
public final class SimulateMain {
    private static final String USAGE =
            """
            usage: stagecoach simulate [--seeds N] [--from SEED]
              plays N scenarios (1000 if not said), drawn from SEED, SEED + 1, … (by chance if not said),
              in memory, with the rules of all services, and checks the invariants after every event\
            """;

    private SimulateMain() {}

    /** Exit code 0 if all was well, 1 if an invariant was broken, 2 for a wrong command line. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        long seeds = 1000;
        long from = new Random().nextInt(Integer.MAX_VALUE);
        try {
            for (int i = 0; i < args.length; i += 2) {
                switch (args[i]) {
                    case "--seeds" -> seeds = Long.parseLong(args[i + 1]);
                    case "--from" -> from = Long.parseLong(args[i + 1]);
                    default -> {
                        return usage();
                    }
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return usage();
        }
        return play(seeds, from);
    }

    private static int usage() {
        System.err.println(USAGE);
        return 2;
    }

    private static int play(long seeds, long from) {
        long beats = 0;
        long begun = System.nanoTime();
        for (long seed = from; seed < from + seeds; seed++) {
            var outcome = Simulation.play(seed);
            beats += outcome.beats();
            if (outcome.broken().isPresent()) {
                System.out.println(Finding.told(outcome, Optional.empty()));
                return 1;
            }
        }
        System.out.printf(
                "%d seeds from %d: every invariant held, after each of %d happenings, in %d s%n",
                seeds, from, beats, (System.nanoTime() - begun) / 1_000_000_000);
        return 0;
    }
}
