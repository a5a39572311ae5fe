-- Lifecycles, schedules, guidance and questions to people.

ALTER TABLE environment ADD COLUMN guided_failure boolean NOT NULL DEFAULT false;

ALTER TABLE project ADD COLUMN lifecycle text NOT NULL DEFAULT '[]'; -- JSON: phases, each an array of environment ids

ALTER TABLE deployment ADD COLUMN not_before timestamptz; -- as asked for
ALTER TABLE deployment ADD COLUMN not_after timestamptz;
ALTER TABLE deployment ADD COLUMN due_at timestamptz;     -- when it begins to wait for its slot; null if it does
ALTER TABLE deployment ADD COLUMN acquire_only boolean NOT NULL DEFAULT false;
ALTER TABLE deployment ADD COLUMN guided_failure boolean NOT NULL DEFAULT false;

CREATE INDEX deployment_succeeded ON deployment (project, release, environment) WHERE state = 'SUCCEEDED';

CREATE TABLE interruption (
    id            text        PRIMARY KEY, -- <deployment>-<run>
    deployment    text        NOT NULL,
    kind          text        NOT NULL, -- GUIDED_FAILURE, MANUAL_INTERVENTION
    run           integer     NOT NULL,
    phase         text        NOT NULL,
    pairs         text        NOT NULL, -- JSON
    instructions  text,
    roles         text        NOT NULL, -- JSON array
    choices       text        NOT NULL, -- JSON array
    raised_at     timestamptz NOT NULL,
    resolved_at   timestamptz,          -- null while it is open
    choice        text,                 -- null also if the deployment was cancelled instead
    resolved_by   text,
    notes         text
);
CREATE INDEX interruption_deployment ON interruption (deployment, raised_at);
