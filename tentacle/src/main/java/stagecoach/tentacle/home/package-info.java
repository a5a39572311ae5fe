/** The folder that a tentacle lives in: who it is, whom it trusts, and where things lie. */
@NullMarked
package stagecoach.tentacle.home;

import org.jspecify.annotations.NullMarked;
