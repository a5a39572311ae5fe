/** Plans and payloads: what holds secrets, kept sealed and no longer than needed. */
@NullMarked
package stagecoach.steprunner.app.secrets;

import org.jspecify.annotations.NullMarked;
