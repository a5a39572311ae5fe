-- The late truth about an abandoned process: it has ended after all, and no longer may still run.
ALTER TABLE step_row ADD COLUMN settled boolean NOT NULL DEFAULT false;
CREATE INDEX step_row_ticket ON step_row (ticket) WHERE ticket IS NOT NULL;
