-- When a machine said last that it has got a package, or has it: what it tells later of its removal
-- counts, and what it had removed before does not. What it said before this was long ago.
ALTER TABLE acquired ADD COLUMN at timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE acquired ALTER COLUMN at SET DEFAULT now();
