-- The current headline of every article, oldest first.
SELECT strftime(coalesce(published.instant, first_seen) AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') AS published_at, source.id AS source, title
FROM articles
ORDER BY published_at;
