/**
 * Who trusts whom: certificates made by their owners and pinned by thumbprint, for gateway,
 * tentacle and cache; and how a server is reached by its name, at which address, by which proxy.
 */
@NullMarked
package stagecoach.trust;

import org.jspecify.annotations.NullMarked;
