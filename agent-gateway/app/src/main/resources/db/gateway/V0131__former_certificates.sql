-- Whoever comes with a certificate that is not trusted any more is told apart from a stranger.
ALTER TABLE agent ADD COLUMN former_thumbprint text;
CREATE INDEX agent_former_thumbprint ON agent (former_thumbprint)
    WHERE former_thumbprint IS NOT NULL;
