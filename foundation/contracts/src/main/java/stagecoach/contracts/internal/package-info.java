/** Requests and answers of the only synchronous calls between services. */
@NullMarked
package stagecoach.contracts.internal;

import org.jspecify.annotations.NullMarked;
