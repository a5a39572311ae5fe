-- What interrupted fetches have left on machines, as these told last.
CREATE TABLE begun (
    target  text         NOT NULL,
    sha512  text         NOT NULL,
    bytes   bigint       NOT NULL,
    at      timestamptz  NOT NULL,
    PRIMARY KEY (target, sha512)
);

CREATE INDEX begun_sha512 ON begun (sha512);
