/** What identifies a package and its bytes, by NuGet's rules, once for every room. */
@NullMarked
package stagecoach.vocabulary.packages;

import org.jspecify.annotations.NullMarked;
