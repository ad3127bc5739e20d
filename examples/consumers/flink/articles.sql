-- The topic, every revision a row. Fields that are named here and absent in a record are NULL.
CREATE TABLE records (
    id STRING,
    revision INT,
    title STRING,
    source ROW<id STRING, name STRING>,
    published ROW<`instant` STRING>,
    entities ARRAY<ROW<type STRING, name STRING, id STRING, confidence DOUBLE>>
) WITH (
    'connector' = 'kafka',
    'topic' = 'articles',
    'properties.bootstrap.servers' = '127.0.0.1:19092',
    'properties.group.id' = 'flink',
    'properties.isolation.level' = 'read_committed',
    'scan.startup.mode' = 'earliest-offset',
    'format' = 'json',
    'json.ignore-parse-errors' = 'true'
);

-- The latest revision of each article: a row that a newer one replaces.
CREATE VIEW articles AS
SELECT id, revision, title, source, published, entities
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC) AS place
    FROM records
)
WHERE place = 1;
