//! The newsroom's papers and what they have to say, read from the texts beside this file.
//!
//! Papers, places and people are invented. Nothing here is published yet: see [`super::desk`].

use anyhow::Context;
use serde::Deserialize;

/// The papers, one file each.
const PAPERS: [&str; 7] = [
    include_str!("papers/saltmarsh-courier.toml"),
    include_str!("papers/coastline-digest.toml"),
    include_str!("papers/huegelbote.toml"),
    include_str!("papers/val-perdu.toml"),
    include_str!("papers/faro-de-brumal.toml"),
    include_str!("papers/zatoka.toml"),
    include_str!("papers/kotori-times.toml"),
];

/// A paper with its feed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paper {
    /// The feed's id in the configuration, and the first part of its host name.
    pub(crate) id: String,
    /// Its name.
    pub(crate) title: String,
    /// What it says of itself.
    pub(crate) tagline: String,
    /// Language tag (BCP 47).
    pub(crate) language: String,
    /// What its feed is written in.
    pub(crate) format: Format,
    /// Its articles, in no order.
    pub(crate) articles: Vec<Article>,
    /// What it publishes when the programme is over and the demo goes on.
    pub(crate) bulletin: Bulletin,
}

impl Paper {
    /// The article called `slug`.
    pub(crate) fn article(&self, slug: &str) -> anyhow::Result<&Article> {
        let found = self.articles.iter().find(|article| article.slug == slug);
        found.with_context(|| format!("{} has no article `{slug}`", self.id))
    }

    /// Address of an article, without tracking parameters.
    pub(crate) fn address(&self, slug: &str) -> String {
        format!("https://{}.example/{slug}", self.id)
    }
}

/// The formats of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Format {
    #[serde(rename = "rss-1.0")]
    Rss1,
    #[serde(rename = "rss-2.0")]
    Rss2,
    #[serde(rename = "atom")]
    Atom,
    #[serde(rename = "json-feed")]
    Json,
}

impl Format {
    /// Its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Rss1 => "RSS 1.0",
            Format::Rss2 => "RSS 2.0",
            Format::Atom => "Atom",
            Format::Json => "JSON Feed",
        }
    }
}

/// An article with the edits that it will see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Article {
    pub(crate) slug: String,
    /// Whether it is there from the beginning.
    #[serde(default)]
    pub(crate) opening: bool,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) tags: Vec<String>,
    pub(crate) summary: String,
    pub(crate) paragraphs: Vec<String>,
    #[serde(default)]
    pub(crate) edits: Vec<Edit>,
}

impl Article {
    /// The article after its first `edits` edits.
    pub(crate) fn edited(&self, edits: usize) -> Article {
        let mut article = self.clone();
        for edit in self.edits.iter().take(edits) {
            if let Some(title) = &edit.title {
                article.title.clone_from(title);
            }
            let number = edit.paragraph.and_then(|number| number.checked_sub(1));
            let paragraph = number.and_then(|index| article.paragraphs.get_mut(index));
            if let (Some(paragraph), Some(text)) = (paragraph, &edit.text) {
                paragraph.clone_from(text);
            }
        }
        article
    }

    /// Its text as a record has it.
    pub(crate) fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }
}

/// One edit: another headline, another text for one paragraph (counted from 1), or both.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    paragraph: Option<usize>,
    #[serde(default)]
    text: Option<String>,
}

/// A template for any number of short articles: `{number}` is the number of the article, `{count}`
/// a number made from it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bulletin {
    slug: String,
    title: String,
    paragraphs: Vec<String>,
}

impl Bulletin {
    /// The article with this number, by the paper's staff.
    pub(crate) fn article(&self, number: u64, author: &str) -> Article {
        let count = 7 + number * 13 % 50;
        let fill = |text: &String| {
            let text = text.replace("{number}", &number.to_string());
            text.replace("{count}", &count.to_string())
        };
        Article {
            slug: format!("{}-{number}", self.slug),
            opening: false,
            title: fill(&self.title),
            author: author.to_owned(),
            tags: Vec::new(),
            summary: fill(&self.title),
            paragraphs: self.paragraphs.iter().map(fill).collect(),
            edits: Vec::new(),
        }
    }
}

/// Reads the papers.
///
/// # Errors
/// When one of the texts is not what it should be.
pub(crate) fn papers() -> anyhow::Result<Vec<Paper>> {
    let read = |text: &&str| toml::from_str(text).context("a paper of the demo cannot be read");
    PAPERS.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_format_and_enough_languages_are_there() {
        let papers = papers().unwrap();
        let formats = |wanted| papers.iter().filter(|paper| paper.format == wanted).count();
        assert_eq!(formats(Format::Rss1), 1);
        assert_eq!(formats(Format::Rss2), 2);
        assert_eq!(formats(Format::Atom), 2);
        assert_eq!(formats(Format::Json), 2);
        let languages: HashSet<_> = papers.iter().map(|paper| &paper.language[..2]).collect();
        assert!(languages.len() >= 5);
    }

    #[test]
    fn every_edit_changes_its_article() {
        for paper in papers().unwrap() {
            for article in &paper.articles {
                for edits in 1..=article.edits.len() {
                    let (before, after) = (article.edited(edits - 1), article.edited(edits));
                    let changed = before.title != after.title || before.text() != after.text();
                    assert!(changed, "{}: {}", paper.id, article.slug);
                }
            }
        }
    }

    #[test]
    fn bulletins_are_told_apart() {
        for paper in papers().unwrap() {
            let titles: HashSet<_> = (0..200)
                .map(|number| paper.bulletin.article(number, "").title)
                .collect();
            assert_eq!(titles.len(), 200, "{}", paper.id);
        }
    }
}
