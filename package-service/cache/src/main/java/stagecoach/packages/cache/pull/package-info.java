/** Brings packages in from the central server: resumed, verified, once however many ask. */
@NullMarked
package stagecoach.packages.cache.pull;

import org.jspecify.annotations.NullMarked;
