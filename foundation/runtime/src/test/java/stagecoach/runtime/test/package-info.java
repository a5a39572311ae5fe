/** What the services' tests share: real engines, the other services played by hand, keys. */
@NullMarked
package stagecoach.runtime.test;

import org.jspecify.annotations.NullMarked;
