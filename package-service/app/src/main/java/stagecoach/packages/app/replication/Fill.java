package stagecoach.packages.app.replication;

import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A package that is to be brought into a cache.
 *
 * @param asker who wants it, a name that is never used for something else; asking again under it
 *     after a restart finds the transfer that went on
 * @param force whether to pull even what the cache holds
 */
public record Fill(PackagePin pin, CacheId cache, String asker, boolean force) {}
