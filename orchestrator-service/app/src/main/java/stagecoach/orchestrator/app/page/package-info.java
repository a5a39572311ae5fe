/**
 * The pages for people's browsers, drawn from what the API tells: what runs where, and how it goes.
 */
@NullMarked
package stagecoach.orchestrator.app.page;

import org.jspecify.annotations.NullMarked;
