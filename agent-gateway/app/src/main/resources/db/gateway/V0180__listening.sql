-- Machines that are dialled, as stagecoach.configuration tells.
CREATE TABLE listening (
    agent       text PRIMARY KEY,
    address     text        NOT NULL,            -- host:port
    registered  text        NOT NULL,            -- the thumbprint as a person gave it
    disabled    boolean     NOT NULL,
    pod         uuid,                            -- the process that dials it or holds its connection
    claim       bigint      NOT NULL DEFAULT 0,  -- one higher each time that a process takes it
    due_at      timestamptz NOT NULL DEFAULT now(),
    failures    integer     NOT NULL DEFAULT 0   -- since a session lasted
);
CREATE INDEX listening_pod ON listening (pod) WHERE pod IS NOT NULL;
CREATE INDEX listening_due ON listening (due_at) WHERE pod IS NULL AND NOT disabled;
