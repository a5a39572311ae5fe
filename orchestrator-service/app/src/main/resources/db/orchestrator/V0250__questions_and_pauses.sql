-- Questions are listed over all deployments, those asked first at the head; mostly only open ones.
CREATE INDEX interruption_asked ON interruption (raised_at, id);
CREATE INDEX interruption_open ON interruption (raised_at, id) WHERE resolved_at IS NULL;

-- What a pause names is not removed.
INSERT INTO catalog_use (user_kind, user_id, used_kind, used_id)
SELECT 'PAUSE', id, 'PROJECT', project FROM deployment_pause WHERE project IS NOT NULL
UNION ALL SELECT 'PAUSE', id, 'ENVIRONMENT', environment FROM deployment_pause WHERE environment IS NOT NULL;
