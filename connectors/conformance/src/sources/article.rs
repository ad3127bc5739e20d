//! What the other side shows, and how one wording is told from another.

use jiff::Timestamp;

/// First instant at which the battery's articles are published, in seconds since 1970.
const FIRST_PUBLISHED: i64 = 1_700_000_000;

/// An article as the other side shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its identity on the other side, the same for all its wordings: a guid, a file's name without
    /// extension. Lower-case letters, digits and hyphens.
    pub name: String,
    /// Headline, one line; two articles may share it.
    pub title: String,
    /// Two paragraphs, joined by an empty line. The draft's content, summary, title or page must hold the
    /// last word of it ([`Article::marker`]), which no other wording has.
    pub text: String,
    /// When it was published; a source that states it must hand over the oldest first.
    pub published: Timestamp,
}

impl Article {
    /// The article number `number` in its wording number `wording`.
    pub fn new(number: usize, wording: usize) -> Article {
        Article {
            name: format!("harbour-{number}"),
            title: format!("Ferries leave the harbour on time, part {}", number / 2),
            text: format!(
                "The ferry office published its timetable for line {number}.\n\n\
                 Passengers are asked to read the notice marked number{number}wording{wording}end"
            ),
            published: Timestamp::from_second(FIRST_PUBLISHED + 3600 * number as i64)
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// The word that tells this wording from every other.
    pub fn marker(&self) -> &str {
        self.text.rsplit(' ').next().unwrap_or_default()
    }
}
