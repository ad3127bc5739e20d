//! Names with `{placeholders}`: which are allowed, and that what comes out stays where it belongs.

use super::text::Complaint;
use crate::suggest::{nearest, quote};

/// Placeholders of a JSON-lines file name.
const FILE_PLACEHOLDERS: &[&str] = &["date", "hour", "seq", "sink"];

/// Placeholders of a topic name.
const TOPIC_PLACEHOLDERS: &[&str] = &["source_kind", "source", "language"];

/// Longest topic name that Kafka accepts, in characters.
const MAX_TOPIC: usize = 249;

/// A piece of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
}

/// Splits a template at its braces.
fn split(text: &str) -> Result<Vec<Piece<'_>>, Complaint> {
    let unbalanced = || {
        Complaint::new(
            "has a brace without its partner",
            "a placeholder is written `{name}`",
        )
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (literal, from_brace) = rest.split_at(brace);
        let inner = from_brace.strip_prefix('{').ok_or_else(unbalanced)?;
        let (name, after) = inner.split_once('}').ok_or_else(unbalanced)?;
        if name.contains('{') {
            return Err(unbalanced());
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        pieces.push(Piece::Placeholder(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

/// Names of the placeholders in a valid template, in order.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let pieces = split(text).unwrap_or_default();
    let names = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Placeholder(name) => Some(name),
        Piece::Literal(_) => None,
    });
    names.collect()
}

fn check_placeholders(pieces: &[Piece<'_>], known: &[&str]) -> Result<(), Complaint> {
    for piece in pieces {
        let Piece::Placeholder(name) = piece else {
            continue;
        };
        if known.contains(name) {
            continue;
        }
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{{{near}}}`?"),
            None => format!("known here: {{{}}}", known.join("}, {")),
        };
        return Err(Complaint::new(
            format!("has an unknown placeholder `{{{}}}`", quote(name)),
            help,
        ));
    }
    Ok(())
}

/// A file name below the sink's folder: no way out of it, and `{seq}` so that no two files are the same.
pub(crate) fn check_file_template(text: &str) -> Result<(), Complaint> {
    let pieces = split(text)?;
    check_placeholders(&pieces, FILE_PLACEHOLDERS)?;
    let stay = "the file stays below `dir`: \"{date}/articles-{hour}-{seq}.jsonl\"";
    if text.starts_with('/') {
        return Err(Complaint::new("must not start with `/`", stay));
    }
    if text.contains('\\') {
        return Err(Complaint::new(
            "must not hold `\\`",
            "separate folders with `/`",
        ));
    }
    for segment in text.split('/') {
        if segment.is_empty() || segment == "." || segment == ".." {
            return Err(Complaint::new(
                format!("must not have `{segment}` between slashes"),
                stay,
            ));
        }
    }
    if !pieces.contains(&Piece::Placeholder("seq")) {
        return Err(Complaint::new(
            "needs `{seq}`, the number that tells rotated files apart",
            "for example \"articles-{date}-{seq}.jsonl\"",
        ));
    }
    Ok(())
}

/// A topic name in which placeholders may stand.
pub(crate) fn check_topic_template(text: &str) -> Result<(), Complaint> {
    let pieces = split(text)?;
    check_placeholders(&pieces, TOPIC_PLACEHOLDERS)?;
    for piece in &pieces {
        if let Piece::Literal(literal) = piece {
            check_topic_letters(literal)?;
        }
    }
    if !pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Placeholder(_)))
    {
        return check_topic(text);
    }
    Ok(())
}

/// A topic name by Kafka's rules.
pub(crate) fn check_topic(text: &str) -> Result<(), Complaint> {
    check_topic_letters(text)?;
    if text.len() > MAX_TOPIC {
        return Err(Complaint::new(
            "is longer than 249 characters",
            "shorten it: Kafka accepts no more",
        ));
    }
    if text == "." || text == ".." {
        return Err(Complaint::new(
            "is not a topic name",
            "for example \"articles\"",
        ));
    }
    Ok(())
}

fn check_topic_letters(text: &str) -> Result<(), Complaint> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    match text.chars().find(|letter| !allowed(*letter)) {
        Some(letter) => Err(Complaint::new(
            format!("must not hold `{letter}`"),
            "Kafka allows letters, digits, `.`, `_` and `-` in a topic: \"articles\"",
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn file_templates_stay_below_their_folder() {
        for right in ["{seq}", "a-{seq}.jsonl", "{date}/{hour}/{sink}-{seq}.jsonl"] {
            assert!(check_file_template(right).is_ok(), "{right}");
        }
        for wrong in [
            "/x-{seq}",
            "../{seq}",
            "a/../{seq}",
            "a//{seq}",
            "{seq}/",
            "./{seq}",
            "a.jsonl",
            "{seq",
            "seq}",
            "{{seq}}",
            "{day}-{seq}",
            "a\\{seq}",
        ] {
            assert!(check_file_template(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn topics_follow_kafka() {
        for right in ["articles", "news.{language}", "{source_kind}-{source}"] {
            assert!(check_topic_template(right).is_ok(), "{right}");
        }
        let long = "x".repeat(250);
        for wrong in [
            ".",
            "..",
            "a b",
            "news/{language}",
            "{id}",
            "{language",
            long.as_str(),
        ] {
            assert!(check_topic_template(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn placeholders_are_listed_in_order() {
        assert_eq!(placeholders("{date}/a-{seq}"), ["date", "seq"]);
    }
}
