-- FINAL gives one row an article, also before ClickHouse has merged older revisions away.
SELECT id, revision, source, title FROM articles FINAL ORDER BY published;

-- Who and what the articles name most.
SELECT entity.name AS name, entity.id AS id, count() AS articles
FROM articles FINAL
ARRAY JOIN JSONExtract(record, 'entities', 'Array(Tuple(type String, name String, id String, confidence Float64))') AS entity
WHERE entity.confidence >= 0.8
GROUP BY name, id
ORDER BY articles DESC, name;
