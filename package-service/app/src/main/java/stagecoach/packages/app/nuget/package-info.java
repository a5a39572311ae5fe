/** The NuGet feed as NuGet clients speak to it. */
@NullMarked
package stagecoach.packages.app.nuget;

import org.jspecify.annotations.NullMarked;
