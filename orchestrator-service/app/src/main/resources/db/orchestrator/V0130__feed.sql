-- Every event there is, once, in the order in which it was committed here. It is no read model and is never rebuilt.

CREATE TABLE feed_seen (
    stream   text   NOT NULL,
    version  bigint NOT NULL,
    PRIMARY KEY (stream, version)
);

-- The last number that was given; its lock makes the numbers gapless and ordered by commit.
CREATE TABLE feed_head (
    only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    incarnation  bigint  NOT NULL,
    seq          bigint  NOT NULL
);
INSERT INTO feed_head (incarnation, seq) VALUES (1, 0);

CREATE TABLE feed (
    seq          bigint      PRIMARY KEY,
    type         text        NOT NULL, -- the bare name of the event
    at           timestamptz NOT NULL,
    deployment   text,
    project      text,
    environment  text,
    event        text        NOT NULL  -- the CloudEvent, as it is told
);
CREATE INDEX feed_at ON feed (at);
CREATE INDEX feed_deployment ON feed (deployment, seq) WHERE deployment IS NOT NULL;
CREATE INDEX feed_project ON feed (project, seq) WHERE project IS NOT NULL;
CREATE INDEX feed_type ON feed (type, seq);
