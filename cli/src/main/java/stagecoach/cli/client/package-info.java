/** The public API as a client sees it: requests, answers, problems. */
@NullMarked
package stagecoach.cli.client;

import org.jspecify.annotations.NullMarked;
