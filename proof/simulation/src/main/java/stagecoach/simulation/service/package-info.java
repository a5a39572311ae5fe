/**
 * The services and machines as the world sees them: the real domains with the thinnest of edges.
 */
@NullMarked
package stagecoach.simulation.service;

import org.jspecify.annotations.NullMarked;
