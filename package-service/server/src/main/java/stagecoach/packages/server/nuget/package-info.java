/** NuGet's protocol as documents and decisions, for whichever HTTP server answers. */
@NullMarked
package stagecoach.packages.server.nuget;

import org.jspecify.annotations.NullMarked;
