/** Whether what stands in {@code deploy/k8s} is what the code needs. */
@NullMarked
package stagecoach.kubernetes;

import org.jspecify.annotations.NullMarked;
