/** Short-lived rights to read one package from one server. */
@NullMarked
package stagecoach.packages.app.grant;

import org.jspecify.annotations.NullMarked;
