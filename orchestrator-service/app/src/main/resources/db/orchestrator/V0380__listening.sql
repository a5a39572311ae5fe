-- Machines that the gateway dials: where, and which certificate they show. Null of those that dial.
ALTER TABLE target ADD COLUMN address text;
ALTER TABLE target ADD COLUMN registered_thumbprint text;
ALTER TABLE worker ADD COLUMN address text;
ALTER TABLE worker ADD COLUMN registered_thumbprint text;
