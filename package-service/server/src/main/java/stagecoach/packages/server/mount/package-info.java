/** Folders of file systems that are mounted from elsewhere, and may not answer. */
@NullMarked
package stagecoach.packages.server.mount;

import org.jspecify.annotations.NullMarked;
