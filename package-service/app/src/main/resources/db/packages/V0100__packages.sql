-- What the built-in feed holds; the bytes lie in the folder of packages, by digest.
CREATE TABLE package (
    id_key       text        NOT NULL, -- in lower case
    version_key  text        NOT NULL, -- in lower case
    id           text        NOT NULL,
    version      text        NOT NULL,
    sha512       text        NOT NULL,
    size         bigint      NOT NULL,
    published    timestamptz NOT NULL,
    listed       boolean     NOT NULL,
    authors      text        NOT NULL,
    description  text        NOT NULL,
    PRIMARY KEY (id_key, version_key)
);
CREATE INDEX package_sha512 ON package (sha512);

-- Who needs a package to stay, such as release:shop:1.2.0. Nothing that stands here is ever removed.
CREATE TABLE lease (
    holder  text NOT NULL,
    sha512  text NOT NULL,
    PRIMARY KEY (holder, sha512)
);
CREATE INDEX lease_sha512 ON lease (sha512);

CREATE TABLE cache (
    id          text    PRIMARY KEY,
    name        text    NOT NULL,
    region      text    NOT NULL,
    url         text    NOT NULL,
    push_url    text    NOT NULL,
    pull_url    text    NOT NULL,
    thumbprint  text    NOT NULL,
    priority    integer NOT NULL
);

-- The orchestrator's regions, as far as packages are concerned.
CREATE TABLE region (
    id               text    PRIMARY KEY,
    server_fallback  boolean NOT NULL
);

-- Acquisitions that have not ended; whoever moves packages begins here.
CREATE TABLE acquisition (
    stream      text   PRIMARY KEY,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    deployment  text   NOT NULL,
    caches      text[] NOT NULL -- those of their routes
);
CREATE INDEX acquisition_deployment ON acquisition (deployment);

-- What caches and targets were last seen to hold, for previews.
CREATE TABLE replicated (
    cache   text NOT NULL,
    sha512  text NOT NULL,
    PRIMARY KEY (cache, sha512)
);
CREATE TABLE acquired (
    target  text NOT NULL,
    sha512  text NOT NULL,
    PRIMARY KEY (target, sha512)
);

-- Copies in caches that somebody got other bytes from: they are read again before they are believed.
CREATE TABLE suspect (
    cache   text NOT NULL,
    sha512  text NOT NULL,
    PRIMARY KEY (cache, sha512)
);
