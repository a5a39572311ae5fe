-- Releases, deployments, and who has a slot. The rows about deployments are written in the transaction that appends
-- their events, so that whoever has written reads what he wrote.

CREATE TABLE release (
    id               text        PRIMARY KEY, -- <project>:<version>
    project          text        NOT NULL,
    version          text        NOT NULL,
    snapshot_digest  text        NOT NULL, -- in plan
    packages         text        NOT NULL, -- JSON, as ReleaseView tells them
    notes            text,
    created_at       timestamptz NOT NULL,
    created_by       text        NOT NULL,
    UNIQUE (project, version)
);
CREATE INDEX release_newest ON release (project, created_at DESC, version);

-- Documents with secrets: what a release was made of, and what a deployment runs. Named by the SHA-256 of their bytes.
CREATE TABLE plan (
    digest  text  PRIMARY KEY,
    sealed  bytea NOT NULL
);

CREATE SEQUENCE deployment_number;

CREATE TABLE deployment (
    id              text        PRIMARY KEY,
    number          bigint      NOT NULL, -- newest last
    project         text        NOT NULL,
    release         text        NOT NULL,
    environment     text        NOT NULL,
    state           text        NOT NULL, -- QUEUED, RUNNING, CANCELLING, SUCCEEDED, FAILED, CANCELLED
    attempt         integer     NOT NULL,
    plan_digest     text        NOT NULL,
    steps           text        NOT NULL, -- JSON: the outline, PlannedStep
    selection       text        NOT NULL, -- JSON: targets, excludeTargets, skipSteps
    force_download  boolean     NOT NULL,
    comment         text,
    created_by      text        NOT NULL,
    created_at      timestamptz NOT NULL,
    queue_number    bigint,               -- its place in the queue while it is QUEUED
    queued_at       timestamptz NOT NULL, -- when the present attempt began to wait
    started_at      timestamptz,          -- when the first attempt got its slot
    ended_at        timestamptz,          -- of the newest attempt; null while anything may happen
    failure         text,
    may_still_run   text        NOT NULL, -- JSON: pairs
    awaited         text,                 -- JSON: machines that the next run waits for, each with its reason
    awaited_until   timestamptz,
    cancelled_by    text
);
CREATE INDEX deployment_open ON deployment (project, environment) WHERE ended_at IS NULL;
CREATE INDEX deployment_queue ON deployment (queue_number) WHERE state = 'QUEUED';
CREATE INDEX deployment_newest ON deployment (number DESC);

CREATE TABLE deployment_phase (
    deployment  text        NOT NULL,
    run         integer     NOT NULL,
    attempt     integer     NOT NULL,
    phase       text        NOT NULL, -- PRE_ACQUISITION, ACQUISITION, DEPLOYMENT
    purpose     text        NOT NULL, -- NORMAL, CLEANUP
    state       text        NOT NULL, -- RUNNING, SUCCEEDED, FAILED, CANCELLED
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    reason      text,
    PRIMARY KEY (deployment, run)
);

-- One deployment per project and environment at a time.
CREATE TABLE admission (
    project      text        NOT NULL,
    environment  text        NOT NULL,
    deployment   text        NOT NULL UNIQUE,
    since        timestamptz NOT NULL,
    PRIMARY KEY (project, environment)
);

-- Locked by whoever hands out or takes back a slot: how many deployments are under way at once, over all projects.
CREATE TABLE task_counter (
    only_one  boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    used      integer NOT NULL
);
INSERT INTO task_counter (used) VALUES (0);
