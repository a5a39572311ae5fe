/** Which keys sealed rows need, and their sealing again with the newest one. */
@NullMarked
package stagecoach.runtime.rotation;

import org.jspecify.annotations.NullMarked;
