/** What keeps one connection from taking more than its share. */
@NullMarked
package stagecoach.gateway.app.session.lane;

import org.jspecify.annotations.NullMarked;
