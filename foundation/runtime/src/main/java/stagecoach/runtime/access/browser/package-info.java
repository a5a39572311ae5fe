/** Methods that answer a person's browser, and whose they are: known by a session, not by a key. */
@NullMarked
package stagecoach.runtime.access.browser;

import org.jspecify.annotations.NullMarked;
