/** Feeds and what is in them: for people who look, and for releases that pin. */
@NullMarked
package stagecoach.packages.app.feed;

import org.jspecify.annotations.NullMarked;
