-- How long what has ended is kept; without a row the defaults count.
CREATE TABLE retention_setting (
    only_one                     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    log_days                     integer NOT NULL,
    deployment_days              integer NOT NULL,
    deployments_per_environment  integer NOT NULL,
    event_days                   integer NOT NULL
);

-- Of deployments that are kept no longer: where a release has succeeded, since lifecycles ask for that.
CREATE TABLE release_success (
    project      text NOT NULL,
    release      text NOT NULL,
    environment  text NOT NULL,
    PRIMARY KEY (project, release, environment)
);

CREATE INDEX deployment_ended ON deployment (ended_at) WHERE ended_at IS NOT NULL;

-- Events up to this number are no longer in the feed.
ALTER TABLE feed_head ADD COLUMN forgotten bigint NOT NULL DEFAULT 0;
