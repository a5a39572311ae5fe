/** Folders that are mounted from elsewhere, and may not answer. */
@NullMarked
package stagecoach.packages.app.mount;

import org.jspecify.annotations.NullMarked;
