/** What people who debug a machine want to know of it; changes nothing there. */
@NullMarked
package stagecoach.tentacle.inspect;

import org.jspecify.annotations.NullMarked;
