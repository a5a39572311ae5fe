/** Measures the services alone: the machines are played by this process. */
@NullMarked
package stagecoach.local.launcher.bench.played;

import org.jspecify.annotations.NullMarked;
