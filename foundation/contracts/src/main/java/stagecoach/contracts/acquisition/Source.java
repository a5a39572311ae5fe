package stagecoach.contracts.acquisition;

import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;

/** One place that a tentacle may read a package from; it walks them in order. */
public sealed interface Source {
    /**
     * A Stagecoach cache, read by digest over mutual TLS.
     *
     * @param url the cache's base URL as the region's machines reach it
     * @param thumbprint the SHA-256 of the cache's certificate, hexadecimal, if it speaks TLS
     */
    record Cache(CacheId cache, String url, Optional<String> thumbprint) implements Source {}

    /**
     * The gateway's own bytes port: a path on the endpoint that the tentacle was configured with.
     */
    record Server() implements Source {}
}
