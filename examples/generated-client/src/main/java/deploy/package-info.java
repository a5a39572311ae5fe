/** A deployment from outside, with a client that is made of the API's document. */
@NullMarked
package deploy;

import org.jspecify.annotations.NullMarked;
