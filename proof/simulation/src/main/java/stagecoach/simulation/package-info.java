/**
 * Lets the domains of all services run together in one seeded world, and judges what happens there.
 */
@NullMarked
package stagecoach.simulation;

import org.jspecify.annotations.NullMarked;
