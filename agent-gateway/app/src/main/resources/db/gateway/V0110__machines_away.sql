-- How long a machine is away is counted from when its session was lost, and what a command has
-- waited or worked from when it came into its state. (overdue_at is written no more.)
ALTER TABLE session ADD COLUMN lost_at timestamptz;
UPDATE session SET lost_at = now() WHERE pod IS NULL;
ALTER TABLE command ADD COLUMN since timestamptz NOT NULL DEFAULT now();
-- What was begun without a limit had no time at which it was looked at.
UPDATE command SET due_at = now() WHERE state IN ('SENT', 'STARTED') AND due_at IS NULL;
