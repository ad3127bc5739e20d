-- How many articles name each entity, kept up to date as articles come and are edited.
SELECT entity.name, entity.id, COUNT(*) AS articles
FROM articles CROSS JOIN UNNEST(entities) AS entity (type, name, id, confidence)
WHERE entity.confidence >= 0.8
GROUP BY entity.name, entity.id;
