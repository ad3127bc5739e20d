-- Who and what the articles name, one row for each in the world: by its id where it has one.
SELECT coalesce(entity.id, entity.type || ':' || entity.name) AS key, any_value(entity.name) AS name, count(*) AS articles
FROM (SELECT unnest(entities) AS entity FROM articles)
WHERE entity.confidence >= 0.8
GROUP BY key
ORDER BY articles DESC, key;
