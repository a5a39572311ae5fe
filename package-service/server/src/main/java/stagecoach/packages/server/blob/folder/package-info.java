/** Blobs as the files of one folder. */
@NullMarked
package stagecoach.packages.server.blob.folder;

import org.jspecify.annotations.NullMarked;
