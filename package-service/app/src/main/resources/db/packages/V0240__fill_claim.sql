-- Who of all processes brings a package to a cache that does not pull, and what came of it.
CREATE TABLE fill_claim (
    cache text NOT NULL,
    sha512 text NOT NULL,
    owner text NOT NULL,
    held_until timestamptz NOT NULL,
    -- Of one that is done: for whom, so that it is told the same again.
    asker text,
    bytes bigint NOT NULL DEFAULT 0,
    bytes_resumed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (cache, sha512));
