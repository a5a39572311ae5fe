/** Tests of the whole: real processes, real machines' files, real kills. */
@NullMarked
package stagecoach.systemtests;

import org.jspecify.annotations.NullMarked;
