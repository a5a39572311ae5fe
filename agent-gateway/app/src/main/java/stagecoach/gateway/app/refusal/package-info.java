/** What is told of those who are refused at the ports. */
@NullMarked
package stagecoach.gateway.app.refusal;

import org.jspecify.annotations.NullMarked;
