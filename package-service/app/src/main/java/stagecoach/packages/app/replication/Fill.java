package stagecoach.packages.app.replication;

import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A package that is to be brought into a cache.
 *
 * @param asker who wants it, a name that is never used for something else; asking again under it
 *     after a restart finds the transfer that went on
 * @param force whether to pull even what the cache holds
 * @param last whether no other cache can be tried in its stead; only then it is worth it to be
 *     patient with one that is away
 */
public record Fill(PackagePin pin, CacheId cache, String asker, boolean force, boolean last) {}
