/** Servers of others, as tests play them: feeds that are read, and caches that are pushed to. */
@NullMarked
package stagecoach.packages.server.foreign;

import org.jspecify.annotations.NullMarked;
