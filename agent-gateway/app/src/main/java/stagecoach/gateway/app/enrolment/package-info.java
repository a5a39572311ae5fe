/** Who may connect: one-time tokens, trusted thumbprints, revocation. */
@NullMarked
package stagecoach.gateway.app.enrolment;

import org.jspecify.annotations.NullMarked;
