-- Every certificate that an agent was ever trusted with, as its history has it, and is no more.
INSERT INTO former_certificate (agent, thumbprint, free)
    SELECT told.agent, told.thumbprint,
        EXISTS (SELECT 1 FROM former_certificate f WHERE f.agent = told.agent AND f.free)
    FROM (
        SELECT convert_from(data, 'UTF8')::jsonb ->> 'agent' AS agent,
            convert_from(data, 'UTF8')::jsonb ->> 'thumbprint' AS thumbprint
        FROM event
        WHERE type IN ('stagecoach.AgentEnrolled.v1', 'stagecoach.AgentCertificateRenewed.v1')
        UNION
        SELECT agent, former_thumbprint FROM agent WHERE former_thumbprint IS NOT NULL
    ) AS told
    WHERE NOT EXISTS (
        SELECT 1 FROM agent a WHERE a.agent = told.agent AND a.thumbprint IS NOT NULL
            AND told.thumbprint IN (a.thumbprint, a.next_thumbprint))
    ON CONFLICT DO NOTHING;

-- Whoever comes with one of them is known from this table alone. The column of before, which
-- remembered one of an agent, goes when no process is left that writes it.
CREATE INDEX former_certificate_thumbprint ON former_certificate (thumbprint);
DROP INDEX agent_former_thumbprint;
COMMENT ON COLUMN agent.former_thumbprint IS 'Nobody reads it: see former_certificate.';
