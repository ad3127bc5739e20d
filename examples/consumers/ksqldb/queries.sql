-- One article, as it stands now.
SELECT * FROM articles WHERE article = '582f4b91cac32a51eeaed91b0d8533bb';

-- Headlines with the names in them that are sure, as they come.
SELECT title, entity->name AS name, entity->id AS id
FROM named
WHERE entity->confidence >= 0.8
EMIT CHANGES;
