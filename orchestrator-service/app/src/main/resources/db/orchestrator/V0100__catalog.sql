-- What people configure. Ids are theirs; nothing here is deleted while catalog_use knows a user of it.

CREATE TABLE environment (
    id    text PRIMARY KEY,
    name  text NOT NULL
);

CREATE TABLE region (
    id               text    PRIMARY KEY,
    name             text    NOT NULL,
    server_fallback  boolean NOT NULL
);

CREATE TABLE worker_pool (
    id    text PRIMARY KEY,
    name  text NOT NULL
);

CREATE TABLE target (
    id            text    PRIMARY KEY,
    name          text    NOT NULL,
    environments  text    NOT NULL, -- JSON array of ids
    tags          text    NOT NULL, -- JSON array
    region        text,
    disabled      boolean NOT NULL
);

CREATE TABLE worker (
    id            text    PRIMARY KEY,
    name          text    NOT NULL,
    worker_pools  text    NOT NULL, -- JSON array of ids
    region        text,
    disabled      boolean NOT NULL
);

CREATE TABLE project (
    id           text  PRIMARY KEY,
    name         text  NOT NULL,
    description  text,
    process      text  NOT NULL, -- JSON
    variables    bytea NOT NULL  -- JSON, sealed
);

-- Who refers to what: an environment, region, worker pool or feed in use is not deleted. Kinds are those of ConfigurationChanged.
CREATE TABLE catalog_use (
    user_kind  text NOT NULL,
    user_id    text NOT NULL,
    used_kind  text NOT NULL,
    used_id    text NOT NULL,
    PRIMARY KEY (user_kind, user_id, used_kind, used_id)
);
CREATE INDEX catalog_use_used ON catalog_use (used_kind, used_id);

-- What the gateway reported of a tentacle; it may come before the target is configured, and outlive it.
CREATE TABLE agent (
    agent            text PRIMARY KEY,
    thumbprint       text,
    state            text NOT NULL,
    reason           text,
    checked_at       timestamptz,
    version          text,
    free_disk_bytes  bigint
);

-- Caches and feeds, which the package-service owns.
CREATE TABLE foreign_thing (
    kind  text NOT NULL,
    id    text NOT NULL,
    PRIMARY KEY (kind, id)
);
