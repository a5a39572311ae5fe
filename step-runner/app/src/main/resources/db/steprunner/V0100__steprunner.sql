-- A deployment's plan, sealed; fetched from the orchestrator once per digest, kept while a deployment uses it.
CREATE TABLE plan (
    digest     text  PRIMARY KEY,
    ciphertext bytea NOT NULL
);

CREATE TABLE plan_use (
    deployment text NOT NULL,
    digest     text NOT NULL REFERENCES plan,
    PRIMARY KEY (deployment, digest)
);
CREATE INDEX plan_use_digest ON plan_use (digest);

-- What a tentacle gets with its command, sealed; there as long as its ticket is open.
CREATE TABLE payload (
    ticket     uuid  PRIMARY KEY,
    deployment text  NOT NULL,
    digest     text  NOT NULL, -- of the plain bytes, as the command tells it
    ciphertext bytea NOT NULL
);
CREATE INDEX payload_deployment ON payload (deployment);

-- The newest value of each output variable of a deployment, whichever run it was set in.
CREATE TABLE output (
    deployment text NOT NULL,
    step       text NOT NULL,
    target     text NOT NULL, -- empty for a step that ran once on a worker
    name       text NOT NULL,
    value      text NOT NULL,
    PRIMARY KEY (deployment, step, target, name)
);

-- The newest run of steps of a deployment: the one that a cancel means.
CREATE TABLE newest_run (
    deployment text    PRIMARY KEY,
    run        integer NOT NULL
);
