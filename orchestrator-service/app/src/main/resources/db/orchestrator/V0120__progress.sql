-- The read side: what happens in runs, as the API tells it. It is fed by the other services' events and can be dropped
-- and rebuilt from them, except for the logs, which are not history.

-- One row per step, place and run; tries share it.
CREATE TABLE step_row (
    deployment     text    NOT NULL,
    run            integer NOT NULL,
    step           text    NOT NULL,
    place          text    NOT NULL, -- the target's id; '' for a step that runs once on a worker, or nowhere
    position       integer NOT NULL, -- of the step within its run
    target         text,
    worker         text,
    attempt        integer NOT NULL,
    state          text    NOT NULL,
    ticket         text,
    exit_code      integer,
    started_at     timestamptz,
    ended_at       timestamptz,
    reason         text,
    may_still_run  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (deployment, run, step, place)
);
CREATE INDEX step_row_target ON step_row (target) WHERE state IN ('PENDING', 'RUNNING');
CREATE INDEX step_row_worker ON step_row (worker) WHERE state IN ('PENDING', 'RUNNING');

CREATE TABLE deployment_warning (
    deployment  text        NOT NULL,
    step        text        NOT NULL, -- '' for none
    target      text        NOT NULL, -- '' for none
    detail      text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (deployment, step, target, detail)
);

-- One row per package and holder (a target or a cache): the newest.
CREATE TABLE acquisition_row (
    deployment     text    NOT NULL,
    package        text    NOT NULL, -- the id in lower case
    version        text    NOT NULL,
    holder_kind    text    NOT NULL, -- TARGET, CACHE
    holder         text    NOT NULL,
    package_shown  text    NOT NULL,
    size           bigint  NOT NULL,
    region         text    NOT NULL, -- '' for none
    run            integer NOT NULL,
    attempt        integer NOT NULL,
    state          text    NOT NULL,
    served_kind    text,
    served_cache   text,
    bytes          bigint  NOT NULL DEFAULT 0,
    bytes_resumed  bigint  NOT NULL DEFAULT 0,
    attempts       integer NOT NULL DEFAULT 0,
    started_at     timestamptz,
    ended_at       timestamptz,
    reason         text,
    PRIMARY KEY (deployment, package, version, holder_kind, holder)
);

-- Bytes that crossed a link, over all runs of a deployment.
CREATE TABLE acquisition_link (
    deployment  text   NOT NULL,
    from_place  text   NOT NULL, -- server, feed:<id>, or a region; '' for no region
    to_place    text   NOT NULL, -- server or a region; '' for no region
    bytes       bigint NOT NULL,
    PRIMARY KEY (deployment, from_place, to_place)
);

-- Output, a row per chunk; its lines have the numbers first_seq to last_seq within their deployment.
CREATE TABLE log_chunk (
    ticket      text    NOT NULL,
    chunk       bigint  NOT NULL,
    deployment  text    NOT NULL,
    first_seq   bigint  NOT NULL,
    last_seq    bigint  NOT NULL,
    run         integer NOT NULL,
    step        text,
    target      text,
    lines       text    NOT NULL, -- JSON
    PRIMARY KEY (ticket, chunk)
);
CREATE INDEX log_chunk_seq ON log_chunk (deployment, last_seq);

-- The last line number of a deployment; its lock makes the numbers gapless.
CREATE TABLE log_head (
    deployment  text   PRIMARY KEY,
    seq         bigint NOT NULL
);

-- How much of a command's output is kept so far.
CREATE TABLE log_ticket (
    ticket  text    PRIMARY KEY,
    bytes   bigint  NOT NULL,
    capped  boolean NOT NULL
);
