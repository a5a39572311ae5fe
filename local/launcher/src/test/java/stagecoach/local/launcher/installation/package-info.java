/**
 * The local default as a whole: real broker, database and edge, with small services in place of the
 * real ones.
 */
@NullMarked
package stagecoach.local.launcher.installation;

import org.jspecify.annotations.NullMarked;
