/**
 * The demo: a client of the public API that plays the machines, the ocean and a stranger, and
 * checks every claim by evidence.
 */
@NullMarked
package stagecoach.local.launcher.demo;

import org.jspecify.annotations.NullMarked;
