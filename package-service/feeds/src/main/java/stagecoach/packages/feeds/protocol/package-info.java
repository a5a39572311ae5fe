/** Reads packages from feeds outside: NuGet v3 and v2 servers, and folders. */
@NullMarked
package stagecoach.packages.feeds.protocol;

import org.jspecify.annotations.NullMarked;
