/** What the built-in feed holds: names in the database, bytes in a folder, shared by pods. */
@NullMarked
package stagecoach.packages.app.index;

import org.jspecify.annotations.NullMarked;
