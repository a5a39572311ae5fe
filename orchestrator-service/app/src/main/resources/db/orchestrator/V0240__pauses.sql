-- Which deployments do not start for a while; without project and environment none does.
CREATE TABLE deployment_pause (
    id           text        PRIMARY KEY,
    project      text,
    environment  text,
    reason       text        NOT NULL,
    since        timestamptz NOT NULL,
    by_whom      text        NOT NULL
);

ALTER TABLE task_counter ADD COLUMN tasks_max integer; -- null: as each pod is configured
