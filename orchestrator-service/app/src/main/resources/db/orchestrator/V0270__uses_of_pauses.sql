-- A project or environment asks the pauses themselves who names it: processes of an older version
-- end a pause without removing these.
DELETE FROM catalog_use WHERE user_kind = 'PAUSE';
