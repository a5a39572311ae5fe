/** Feeds outside: how they are configured, and how packages come from them into the store. */
@NullMarked
package stagecoach.packages.app.upstream;

import org.jspecify.annotations.NullMarked;
