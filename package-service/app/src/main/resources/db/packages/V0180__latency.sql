-- In which region a machine is, and how far caches are from it as it told last.
CREATE TABLE machine_region (
    agent   text PRIMARY KEY,
    region  text NOT NULL
);
CREATE TABLE latency (
    agent   text        NOT NULL,
    cache   text        NOT NULL,
    millis  integer     NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (agent, cache)
);
