-- Pods of before V0150 and V0170 write rows without these columns while newer ones are started.
ALTER TABLE cache ALTER COLUMN kind SET DEFAULT 'STAGECOACH';
-- Without a name: the next look at the cache gives it one.
ALTER TABLE replicated
    ALTER COLUMN id SET DEFAULT '',
    ALTER COLUMN version SET DEFAULT '',
    ALTER COLUMN size SET DEFAULT 0;
