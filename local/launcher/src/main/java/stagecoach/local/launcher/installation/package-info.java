/** The local default: which processes it has, with which flags, ports, keys and folders. */
@NullMarked
package stagecoach.local.launcher.installation;

import org.jspecify.annotations.NullMarked;
