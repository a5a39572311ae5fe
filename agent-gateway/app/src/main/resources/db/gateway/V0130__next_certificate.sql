-- The certificate that a machine has announced in a session with its present one: trusted beside
-- that one until it is shown, and in its place from then on.
ALTER TABLE agent ADD COLUMN next_thumbprint text UNIQUE;
