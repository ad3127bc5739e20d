-- The latest revision of every article, straight from Dateline's JSON-lines files. The structure is named, so that fields that
-- no file has are empty; add those that you need (docs/record.md). file() also reads .jsonl.gz and .jsonl.zst, and `**` folders.
SELECT
    id,
    argMax(title, revision) AS title,
    argMax(source.id, revision) AS source,
    max(revision) AS latest
FROM file('articles/*.jsonl', JSONEachRow, 'id String, revision UInt32, title String, source Tuple(id String)')
GROUP BY id
ORDER BY id;
