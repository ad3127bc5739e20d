-- Reads the topic from its beginning and, as one transaction of ksqlDB's own, committed records alone.
SET 'auto.offset.reset' = 'earliest';
SET 'processing.guarantee' = 'exactly_once_v2';

-- The topic as a stream: every revision is an event. Fields that are named here and absent in a record are NULL.
CREATE STREAM records (
    article VARCHAR KEY,
    revision INTEGER,
    op VARCHAR,
    title VARCHAR,
    `source` STRUCT<id VARCHAR, name VARCHAR>,
    entities ARRAY<STRUCT<type VARCHAR, name VARCHAR, id VARCHAR, confidence DOUBLE>>
) WITH (
    KAFKA_TOPIC = 'articles',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'JSON'
);

-- The latest revision of each article. The revisions of one article arrive in order, so the last one is the highest.
CREATE TABLE articles AS
SELECT
    article,
    LATEST_BY_OFFSET(revision) AS revision,
    LATEST_BY_OFFSET(title, false) AS title,
    LATEST_BY_OFFSET(`source`->id) AS source_id
FROM records
GROUP BY article
EMIT CHANGES;

-- Whom and what new articles name, an event for each.
CREATE STREAM named AS
SELECT article, title, EXPLODE(entities) AS entity
FROM records
WHERE op = 'new'
EMIT CHANGES;
