/**
 * The services and the tentacle as programs: how they are run, and how Java learns to run them
 * quickly.
 */
@NullMarked
package stagecoach.local.launcher.program;

import org.jspecify.annotations.NullMarked;
