/** How requests of the API are meant: pages, dry runs, words that were nearly right. */
@NullMarked
package stagecoach.packages.app.request;

import org.jspecify.annotations.NullMarked;
