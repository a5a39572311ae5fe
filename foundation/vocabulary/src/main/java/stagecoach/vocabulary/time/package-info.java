/** Times as people write and read them. */
@NullMarked
package stagecoach.vocabulary.time;

import org.jspecify.annotations.NullMarked;
