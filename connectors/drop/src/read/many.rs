//! Files of many articles, of which some may be none.

use dateline_pipeline::fault::Fault;

use super::FileArticle;

/// Lines about articles that were passed over.
const MAX_LINES: usize = 8;

/// What is taken from a file.
pub(super) struct Many {
    /// What the format calls an article.
    pub(super) name: &'static str,
    /// Articles that are taken at most.
    pub(super) limit: usize,
    /// What is to be said already, for what was passed over before.
    pub(super) lines: Vec<String>,
}

impl Many {
    /// The articles of a file. What was passed over is said of the first.
    ///
    /// # Errors
    /// Where none is an article, what is wrong with the first, else `empty`.
    pub(super) fn read<T, A: Into<FileArticle>>(
        self,
        parts: &[T],
        item: impl Fn(&T) -> Result<A, Fault>,
        empty: &str,
    ) -> Result<Vec<FileArticle>, Fault> {
        let Self {
            name,
            limit,
            mut lines,
        } = self;
        let mut articles: Vec<FileArticle> = Vec::new();
        let mut first = None;
        for (number, part) in parts.iter().enumerate().take(limit) {
            match item(part) {
                Ok(item) => articles.push(item.into()),
                Err(fault) => {
                    let number = number + 1;
                    let reason = &fault.reason;
                    lines.push(format!("{name} {number} was passed over: {reason}"));
                    first.get_or_insert(fault);
                }
            }
        }
        if parts.len() > limit {
            lines.push(format!(
                "the file holds {} {name}s and only the first {limit} were taken; split it",
                parts.len()
            ));
        }
        let more = lines.len().saturating_sub(MAX_LINES);
        lines.truncate(MAX_LINES);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        match (articles.first_mut(), first) {
            (Some(article), _) => {
                lines.append(&mut article.recovered);
                article.recovered = lines;
            }
            (None, Some(fault)) => return Err(fault),
            (None, None) => return Err(Fault::poison("empty", empty)),
        }
        Ok(articles)
    }
}

#[cfg(test)]
mod tests {
    use dateline_pipeline::draft::{Item, Text};

    use super::*;

    fn read(parts: &[bool]) -> Result<Vec<FileArticle>, Fault> {
        let many = Many {
            name: "item",
            limit: 20,
            lines: vec!["line 1 was passed over".to_owned()],
        };
        let item = |is_article: &bool| {
            let fault = || Fault::poison("format", "it is none");
            is_article
                .then(|| Item {
                    title: Some(Text::plain("Gulls return")),
                    ..Item::default()
                })
                .ok_or_else(fault)
        };
        many.read(parts, item, "there are none")
    }

    #[test]
    fn articles_are_taken_and_the_rest_is_said() {
        let articles = read(&[false, true, true]).unwrap();
        assert_eq!(articles.len(), 2);
        assert_eq!(
            articles[0].recovered,
            [
                "line 1 was passed over",
                "item 1 was passed over: it is none"
            ]
        );
        assert!(articles[1].recovered.is_empty());
        assert_eq!(read(&[false]).unwrap_err().kind, "format");
        assert_eq!(read(&[]).unwrap_err().kind, "empty");
    }

    #[test]
    fn what_is_said_has_an_end() {
        let mut parts = [false; 30];
        parts[19] = true;
        let articles = read(&parts).unwrap();
        let said = &articles[0].recovered;
        assert_eq!(said.len(), MAX_LINES + 1);
        // A line before, 19 items and that there are more, of which eight are said.
        assert_eq!(said[MAX_LINES], "and 13 more");
    }
}
