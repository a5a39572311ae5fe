/** The caches that people configure, and what must be known of regions. */
@NullMarked
package stagecoach.packages.app.catalog;

import org.jspecify.annotations.NullMarked;
