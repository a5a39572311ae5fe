-- What scripts have set as sensitive, sealed under the ticket that they ran under.
CREATE TABLE sensitive_output (
    ticket     uuid  PRIMARY KEY,
    deployment text  NOT NULL,
    ciphertext bytea NOT NULL
);
CREATE INDEX sensitive_output_deployment ON sensitive_output (deployment);

-- An output variable has its value here, or the ticket under which its sensitive value is kept.
ALTER TABLE output ADD COLUMN ticket uuid;
ALTER TABLE output ALTER COLUMN value DROP NOT NULL;
ALTER TABLE output ADD CONSTRAINT output_value CHECK ((value IS NULL) <> (ticket IS NULL));
