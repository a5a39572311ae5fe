/** Acquisition runs: from the phase that asks for one to the packages at its targets. */
@NullMarked
package stagecoach.packages.app.acquisition;

import org.jspecify.annotations.NullMarked;
