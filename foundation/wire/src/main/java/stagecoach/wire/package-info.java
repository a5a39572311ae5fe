/**
 * JSON of everything that Stagecoach stores and sends, from records without a single annotation.
 */
@NullMarked
package stagecoach.wire;

import org.jspecify.annotations.NullMarked;
