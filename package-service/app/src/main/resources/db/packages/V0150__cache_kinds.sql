-- Caches of other kinds have neither an address to pull from nor a certificate: both are '' there.
ALTER TABLE cache ADD COLUMN kind text NOT NULL DEFAULT 'STAGECOACH';
ALTER TABLE cache ALTER COLUMN kind DROP DEFAULT;
