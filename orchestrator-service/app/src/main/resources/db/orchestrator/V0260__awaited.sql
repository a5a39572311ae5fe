-- Who waits for machines looks again twice a minute.
CREATE INDEX deployment_awaited ON deployment (id) WHERE awaited_until IS NOT NULL;
