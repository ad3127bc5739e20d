//! The topic of a record, from the template of the configuration. Nothing that comes from outside
//! can make an illegal topic name here.

use std::borrow::Cow;

use dateline_pipeline::sink::Entry;

/// The longest name that Kafka takes, in bytes.
const NAME_LIMIT: usize = 249;

/// Stands in topic names for a language that is unknown: ISO 639-2's code for "undetermined".
const UNKNOWN_LANGUAGE: &str = "und";

/// A topic name with placeholders for what differs from record to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Template {
    /// The same topic for every record.
    Fixed(String),
    /// A topic that depends on the record.
    Varied(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    SourceKind,
    Source,
    Language,
}

impl Template {
    /// Reads a template with the placeholders `{source_kind}`, `{source}` and `{language}`; the
    /// error says what is wrong with it.
    pub(crate) fn parse(template: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let (text, tail) = rest.split_at(start);
            let end = tail
                .find('}')
                .ok_or_else(|| "a '{' is not closed".to_owned())?;
            let (placeholder, after) = tail.split_at(end + 1);
            push_text(&mut pieces, text)?;
            pieces.push(match placeholder {
                "{source_kind}" => Piece::SourceKind,
                "{source}" => Piece::Source,
                "{language}" => Piece::Language,
                other => {
                    return Err(format!(
                        "{other} is not a placeholder: use {{source_kind}}, {{source}} or {{language}}"
                    ));
                }
            });
            rest = after;
        }
        push_text(&mut pieces, rest)?;
        match pieces.as_slice() {
            [] => Err("a topic needs a name".to_owned()),
            [Piece::Text(name)] if name.len() > NAME_LIMIT => Err(format!(
                "a topic's name has at most {NAME_LIMIT} characters"
            )),
            [Piece::Text(name)] if matches!(name.as_str(), "." | "..") => {
                Err("\".\" and \"..\" are not topic names".to_owned())
            }
            [Piece::Text(name)] => Ok(Template::Fixed(name.clone())),
            _ => Ok(Template::Varied(pieces)),
        }
    }

    /// The one topic, if there is only one.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self {
            Template::Fixed(name) => Some(name),
            Template::Varied(_) => None,
        }
    }

    /// The topic of `entry`, always a legal name.
    pub(crate) fn render(&self, entry: &Entry) -> Cow<'_, str> {
        match self {
            Template::Fixed(name) => Cow::Borrowed(name),
            Template::Varied(pieces) => Cow::Owned(render_pieces(pieces, entry)),
        }
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) -> Result<(), String> {
    if let Some(illegal) = text.chars().find(|c| !is_legal(*c)) {
        return Err(format!(
            "{illegal:?} cannot stand in a topic's name: use letters, digits, '.', '_' and '-'"
        ));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
    Ok(())
}

fn is_legal(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

fn render_pieces(pieces: &[Piece], entry: &Entry) -> String {
    let mut name = String::new();
    for piece in pieces {
        let text = match piece {
            Piece::Text(text) => text,
            Piece::SourceKind => &entry.kind,
            Piece::Source => &entry.source,
            Piece::Language => language(entry),
        };
        name.extend(text.chars().map(|c| if is_legal(c) { c } else { '_' }));
    }
    name.truncate(NAME_LIMIT);
    if matches!(name.as_str(), "" | "." | "..") {
        name = "_".to_owned();
    }
    name
}

/// The language where it looks like an ISO 639 code, so that a feed's odd claim makes no topics.
fn language(entry: &Entry) -> &str {
    let is_code =
        |code: &&str| (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
    entry
        .language
        .as_deref()
        .filter(is_code)
        .unwrap_or(UNKNOWN_LANGUAGE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn entry(kind: &str, source: &str, language: Option<&str>) -> Entry {
        Entry {
            seq: 1,
            id: "0".repeat(32),
            revision: 1,
            op: "new".to_owned(),
            source: source.to_owned(),
            kind: kind.to_owned(),
            language: language.map(str::to_owned),
            body: b"{}".to_vec(),
            trace: None,
        }
    }

    fn render(template: &str, entry: &Entry) -> String {
        Template::parse(template)
            .unwrap()
            .render(entry)
            .into_owned()
    }

    #[test]
    fn a_plain_name_is_the_topic_of_every_record() {
        let template = Template::parse("news.articles").unwrap();
        assert_eq!(template.fixed(), Some("news.articles"));
        assert_eq!(template.render(&entry("feed", "a", None)), "news.articles");
    }

    #[test]
    fn placeholders_take_the_records_values() {
        let article = entry("drop", "wire", Some("de"));
        assert_eq!(
            render("news.{source_kind}.{source}-{language}", &article),
            "news.drop.wire-de"
        );
    }

    #[test]
    fn a_language_that_is_unknown_or_odd_is_und() {
        for odd in [None, Some(""), Some("EN"), Some("x-klingon"), Some("../..")] {
            assert_eq!(
                render("news.{language}", &entry("feed", "a", odd)),
                "news.und"
            );
        }
        assert_eq!(
            render("news.{language}", &entry("feed", "a", Some("gsw"))),
            "news.gsw"
        );
    }

    #[test]
    fn values_cannot_make_an_illegal_name() {
        assert_eq!(
            render("n-{source}", &entry("feed", "a/b c\u{e9}", None)),
            "n-a_b_c_"
        );
        assert_eq!(render("{source}", &entry("feed", "..", None)), "_");
        assert_eq!(render("{source}", &entry("feed", "", None)), "_");
        assert_eq!(
            render("{source}", &entry("feed", &"x".repeat(1000), None)).len(),
            NAME_LIMIT
        );
    }

    #[test]
    fn what_is_wrong_with_a_template_is_said() {
        for (template, word) in [
            ("", "name"),
            ("..", "not topic names"),
            ("news/{source}", "'/'"),
            ("news.{lang}", "{lang}"),
            ("news.{source", "not closed"),
        ] {
            let reason = Template::parse(template).unwrap_err();
            assert!(reason.contains(word), "{template}: {reason}");
        }
        assert!(Template::parse(&"x".repeat(250)).is_err());
    }
}
