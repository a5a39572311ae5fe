/** Tests that keep the house in order: who may use whom, what stays pure, what stays small. */
@NullMarked
package stagecoach.guards;

import org.jspecify.annotations.NullMarked;
