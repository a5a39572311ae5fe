/** How many packages and bytes are on their way to caches, and from feeds outside, at once. */
@NullMarked
package stagecoach.packages.app.budget;

import org.jspecify.annotations.NullMarked;
