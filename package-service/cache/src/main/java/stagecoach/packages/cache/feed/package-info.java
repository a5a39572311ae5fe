/** The cache's part of the built-in feed, by what the central server told of it. */
@NullMarked
package stagecoach.packages.cache.feed;

import org.jspecify.annotations.NullMarked;
