//! Articles that are copies of others.

use std::time::Duration;

use crate::shape::{Integer, days, duration, hours};

choice! {
    /// What becomes of an article that tells a story of another source in nearly the same words.
    Copies {
        /// Its record says of which article it is a copy.
        Mark = "mark",
        /// It makes no record.
        Drop = "drop",
        /// Copies are not looked for.
        Pass = "pass",
    }
}

section! {
    /// How copies are known: articles that tell the story of another in nearly the same words, cut, under another headline, with paragraphs of their
    /// own. `copies` in `[defaults]`, in one of the `[[feeds]]` or of the `[[drops]]` says what becomes of them.
    table Duplicates at "[duplicates]", hints {
        "action" => "write `copies` under [defaults], or in one of the [[feeds]] or [[drops]]",
        "copies" => "write `copies` under [defaults], or in one of the [[feeds]] or [[drops]]",
        "days" => "did you mean `window`? It is a duration: \"3d\"",
        "max_age" => "did you mean `window`?",
        "limit" => "did you mean `max_articles`?",
    } {
        /// How long the copies of an article are known after it was met.
        window: Duration = default(days(3)), duration(hours(1), days(90));
        /// Most articles whose copies are known, the latest: each takes less than 100 bytes of memory, and half a kilobyte in the state.
        max_articles: usize = default(1_000_000), Integer(100_000..=50_000_000);
    }
}
