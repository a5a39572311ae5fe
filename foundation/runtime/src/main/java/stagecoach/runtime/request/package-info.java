/** What requests of all services have in common: which page is asked for, how a write is meant. */
@NullMarked
package stagecoach.runtime.request;

import org.jspecify.annotations.NullMarked;
