-- Files that scripts have collected: whose they are. Their bytes lie in a folder of their own, each
-- content once, under its SHA-512.
CREATE TABLE artifact (
    ticket      uuid        NOT NULL,
    sha256      text        NOT NULL,
    deployment  text        NOT NULL,
    sha512      text        NOT NULL,
    size        bigint      NOT NULL,
    kept_at     timestamptz NOT NULL,
    PRIMARY KEY (ticket, sha256)
);
CREATE INDEX artifact_deployment ON artifact (deployment);
CREATE INDEX artifact_sha512 ON artifact (sha512);
