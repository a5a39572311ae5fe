/** How decisions are made: a decider turns state and command into events, and events into state. */
@NullMarked
package stagecoach.decider;

import org.jspecify.annotations.NullMarked;
