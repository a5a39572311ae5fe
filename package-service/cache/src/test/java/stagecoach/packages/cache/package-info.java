/** The cache as tentacles and the central server meet it, with a server that misbehaves. */
@NullMarked
package stagecoach.packages.cache;

import org.jspecify.annotations.NullMarked;
