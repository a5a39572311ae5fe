-- Files that scripts have collected, as their commands' ends tell; the package-service has the bytes.
CREATE TABLE artifact (
    deployment    text        NOT NULL,
    ticket        text        NOT NULL,
    number        integer     NOT NULL, -- from 1, in the order of the command's result
    run           integer     NOT NULL,
    step          text        NOT NULL,
    target        text,
    worker        text,
    name          text        NOT NULL,
    size          bigint      NOT NULL,
    sha256        text        NOT NULL,
    collected_at  timestamptz NOT NULL,
    PRIMARY KEY (deployment, ticket, number)
);
CREATE INDEX artifact_order ON artifact (deployment, collected_at, ticket, number);
