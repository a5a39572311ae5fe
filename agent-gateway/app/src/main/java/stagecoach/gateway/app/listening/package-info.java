/** Which machines listen and are dialled: where, and by which gateway process. */
@NullMarked
package stagecoach.gateway.app.listening;

import org.jspecify.annotations.NullMarked;
