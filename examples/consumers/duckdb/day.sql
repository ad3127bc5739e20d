-- Articles that speak of 6 March 2026, whenever they were published. Ends of intervals compare as text.
SELECT DISTINCT title, time.text AS words
FROM (SELECT title, unnest(timestamps) AS time FROM records)
WHERE time."interval"."begin" < '2026-03-07' AND time."interval"."end" > '2026-03-06'
ORDER BY title;
