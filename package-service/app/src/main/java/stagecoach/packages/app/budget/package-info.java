/** How many packages and bytes are on their way to caches at once. */
@NullMarked
package stagecoach.packages.app.budget;

import org.jspecify.annotations.NullMarked;
