/** The one base URL of the local default: a small streaming reverse proxy before the services. */
@NullMarked
package stagecoach.local.launcher.edge;

import org.jspecify.annotations.NullMarked;
