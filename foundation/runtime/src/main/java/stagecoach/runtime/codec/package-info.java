/**
 * Events as bytes and back: names of types, and the way old versions are lifted to the present one.
 */
@NullMarked
package stagecoach.runtime.codec;

import org.jspecify.annotations.NullMarked;
