-- Dateline's topic in a table of ClickHouse: the newest revision of each article stays, and the record as a whole is kept beside
-- the columns that are asked for most. The three tables are ClickHouse's usual ones: a queue, a view that moves rows, their home.
CREATE TABLE articles
(
    id String,
    revision UInt32,
    source LowCardinality(String),
    language LowCardinality(String),
    published Nullable(DateTime64(3, 'UTC')),
    title String,
    text String,
    record String CODEC(ZSTD(3)),
    -- The revision, and below it the millisecond in which the record was made: of two records of one revision the later one stays.
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id;

CREATE TABLE articles_queue (record String)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = '127.0.0.1:19092',
    kafka_topic_list = 'articles',
    kafka_group_name = 'clickhouse',
    kafka_format = 'JSONAsString';

CREATE MATERIALIZED VIEW articles_mover TO articles AS
SELECT
    JSONExtractString(record, 'id') AS id,
    JSONExtractUInt(record, 'revision') AS revision,
    JSONExtractString(record, 'source', 'id') AS source,
    JSONExtractString(record, 'language', 'code') AS language,
    parseDateTime64BestEffortOrNull(JSONExtractString(record, 'published', 'instant'), 3, 'UTC') AS published,
    JSONExtractString(record, 'title') AS title,
    JSONExtractString(record, 'text') AS text,
    record,
    toUInt64(bitShiftLeft(toUInt64(revision), 42) + toUnixTimestamp64Milli(parseDateTime64BestEffort(JSONExtractString(record, 'emitted'), 3, 'UTC'))) AS version
FROM articles_queue
WHERE JSONExtractString(record, 'schema') = 'dateline/1';
