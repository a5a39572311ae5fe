-- Output goes some time after its deployment has ended; the numbers of its lines stay taken.
ALTER TABLE log_head ADD COLUMN forgotten boolean NOT NULL DEFAULT false;
CREATE INDEX log_head_kept ON log_head (deployment) WHERE NOT forgotten;
