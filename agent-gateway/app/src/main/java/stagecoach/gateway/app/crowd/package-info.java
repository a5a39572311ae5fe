/** What keeps many machines at once, and strangers, from taking what the gateway itself needs. */
@NullMarked
package stagecoach.gateway.app.crowd;

import org.jspecify.annotations.NullMarked;
