/** Signed permissions to read one package from one place, for one reader, until a time. */
@NullMarked
package stagecoach.packages.server.grant;

import org.jspecify.annotations.NullMarked;
