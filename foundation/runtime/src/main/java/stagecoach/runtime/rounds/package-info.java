/** Work that comes round again and again for as long as a service runs. */
@NullMarked
package stagecoach.runtime.rounds;

import org.jspecify.annotations.NullMarked;
