/** Installing a package: a list of behaviours into a new folder, and one switch. */
@NullMarked
package stagecoach.tentacle.install;

import org.jspecify.annotations.NullMarked;
