-- By which articles are followed from their turn to their delivery.

-- The context of the turn that brought the draft, and of that whose draft made the record (W3C 'traceparent'); null where
-- it is not traced.
ALTER TABLE drafts ADD COLUMN trace TEXT;
ALTER TABLE records ADD COLUMN trace TEXT;
