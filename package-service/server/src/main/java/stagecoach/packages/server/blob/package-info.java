/** Bytes by their SHA-512: written once, verified, and there after any crash. */
@NullMarked
package stagecoach.packages.server.blob;

import org.jspecify.annotations.NullMarked;
