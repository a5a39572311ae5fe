/** Measures real deployments on the local default, through the public API. */
@NullMarked
package stagecoach.local.launcher.bench;

import org.jspecify.annotations.NullMarked;
