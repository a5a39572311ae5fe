-- Who waits for a person keeps the place in project and environment, but does not count as under way.
ALTER TABLE admission ADD COLUMN paused boolean NOT NULL DEFAULT false;
UPDATE admission a SET paused = true FROM deployment d WHERE d.id = a.deployment AND d.state = 'PAUSED';
UPDATE task_counter SET used = (SELECT count(*) FROM admission WHERE NOT paused);
