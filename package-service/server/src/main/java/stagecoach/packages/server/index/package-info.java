/** What packages there are: who came first with an id and version keeps it. */
@NullMarked
package stagecoach.packages.server.index;

import org.jspecify.annotations.NullMarked;
