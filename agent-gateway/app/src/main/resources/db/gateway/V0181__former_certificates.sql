-- Every certificate that an agent was ever trusted with and is no more: no document brings one back.
CREATE TABLE former_certificate (
    agent       text    NOT NULL,
    thumbprint  text    NOT NULL,
    free        boolean NOT NULL DEFAULT false,  -- its machine was removed since, and may be registered anew
    PRIMARY KEY (agent, thumbprint)
);
INSERT INTO former_certificate (agent, thumbprint)
    SELECT agent, former_thumbprint FROM agent WHERE former_thumbprint IS NOT NULL;
