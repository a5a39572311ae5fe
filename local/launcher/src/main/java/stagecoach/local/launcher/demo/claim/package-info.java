/** What the demo claims, and the evidence from outside that each claim is judged by. */
@NullMarked
package stagecoach.local.launcher.demo.claim;

import org.jspecify.annotations.NullMarked;
