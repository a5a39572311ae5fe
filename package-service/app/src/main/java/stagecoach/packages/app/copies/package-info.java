/** Packages in more than one place: what caches drop, and what the server gets back from them. */
@NullMarked
package stagecoach.packages.app.copies;

import org.jspecify.annotations.NullMarked;
