/** What caches are told of the built-in feed, so that they can answer NuGet clients. */
@NullMarked
package stagecoach.packages.app.excerpt;

import org.jspecify.annotations.NullMarked;
