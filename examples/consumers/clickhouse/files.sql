-- The latest revision of every article, straight from Dateline's JSON-lines files; of two records of one revision the one that was
-- made later. The structure is named, so that fields that
-- no file has are empty; add those that you need (docs/record.md). file() also reads .jsonl.gz and .jsonl.zst, and `**` folders.
WITH (revision, parseDateTime64BestEffort(emitted, 3, 'UTC')) AS version
SELECT
    id,
    argMax(title, version) AS title,
    argMax(source.id, version) AS source,
    max(revision) AS latest
FROM file('articles/*.jsonl', JSONEachRow, 'id String, revision UInt32, emitted String, title String, source Tuple(id String)')
GROUP BY id
ORDER BY id;
