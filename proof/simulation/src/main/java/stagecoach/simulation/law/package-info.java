/**
 * The invariants, and what they are judged by: the published events and what really ran on the
 * machines.
 */
@NullMarked
package stagecoach.simulation.law;

import org.jspecify.annotations.NullMarked;
