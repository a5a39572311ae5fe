/** The cache's one port: tentacles read with grants, the central server orders pulls. */
@NullMarked
package stagecoach.packages.cache.port;

import org.jspecify.annotations.NullMarked;
