-- Deployments that are kept no longer. What this service has of them goes step by step; nothing about them is handled
-- any more until no topic can still have their events, when the row goes, too.
CREATE TABLE retired (
    deployment    text        PRIMARY KEY,
    at            timestamptz NOT NULL,
    done          boolean     NOT NULL DEFAULT false, -- whether nothing is left here
    announced_at  timestamptz                         -- when others were told last, by the service that decides it
);
CREATE INDEX retired_open ON retired (at) WHERE NOT done;
CREATE INDEX retired_at ON retired (at);
CREATE INDEX event_deployment ON event (deployment) WHERE deployment IS NOT NULL;
