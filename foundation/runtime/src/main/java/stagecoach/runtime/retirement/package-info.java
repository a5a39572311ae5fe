/** Deployments that are kept no longer: what a service drops, and what it no longer listens to. */
@NullMarked
package stagecoach.runtime.retirement;

import org.jspecify.annotations.NullMarked;
