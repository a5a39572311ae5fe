/** What the gateway's tests share: machines that speak the true protocol, the other services. */
@NullMarked
package stagecoach.gateway.app.test;

import org.jspecify.annotations.NullMarked;
