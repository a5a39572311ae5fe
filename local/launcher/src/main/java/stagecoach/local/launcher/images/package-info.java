/** Images for containers: what each holds, and how an engine of this computer builds them. */
@NullMarked
package stagecoach.local.launcher.images;

import org.jspecify.annotations.NullMarked;
