/**
 * Who trusts whom: certificates made by their owners and pinned by thumbprint, for gateway,
 * tentacle and cache.
 */
@NullMarked
package stagecoach.trust;

import org.jspecify.annotations.NullMarked;
