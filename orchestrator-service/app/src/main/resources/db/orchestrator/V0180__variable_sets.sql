-- Variables that several projects share, and the sets that a project names, in its order.
CREATE TABLE variable_set (
    id         text  PRIMARY KEY,
    name       text  NOT NULL,
    variables  bytea NOT NULL  -- JSON, sealed
);

ALTER TABLE project ADD COLUMN variable_sets text NOT NULL DEFAULT '[]'; -- JSON array of ids
