//! Names of files: a template below the sink's folder, and what it makes.
//!
//! Pure: nothing here touches the disk.

use jiff::Timestamp;

use crate::error::Error;

/// Longest template, in bytes: far beyond any real one, and with every placeholder filled in still
/// below the 4096 bytes of a path.
const MAX_TEMPLATE: usize = 1024;

/// Longest part of a path between slashes, in bytes: file systems take 255, and the longest ending
/// that is added is `.zst.tmp`.
const MAX_COMPONENT: usize = 255 - ".zst.tmp".len();

/// Digits of a sequence number; larger numbers take more.
const SEQUENCE_DIGITS: usize = 6;

/// Digits of the largest sequence number.
const MOST_SEQUENCE_DIGITS: usize = 20;

/// A template for file names, such as `{date}/articles-{seq}.jsonl`.
///
/// Placeholders: `{date}` and `{hour}` are the UTC date (`YYYY-MM-DD`) and hour (`HH`) at which the
/// file is opened, `{seq}` the file's sequence number with at least six digits, `{sink}` the sink's
/// name. Whatever it makes is a relative path without `..`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// The pieces of each component of the path.
    components: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Date,
    Hour,
    Sequence,
}

impl Template {
    /// Reads a template of the sink called `sink`.
    ///
    /// # Errors
    ///
    /// For an unknown placeholder, a missing `{seq}`, and whatever would not be a plain relative
    /// path below the folder.
    pub(crate) fn parse(template: &str, sink: &str) -> Result<Template, Error> {
        Template::read(template, sink).map_err(|reason| Error::Template {
            template: template.to_owned(),
            reason,
        })
    }

    fn read(template: &str, sink: &str) -> Result<Template, String> {
        if template.len() > MAX_TEMPLATE {
            return Err(format!("longer than {MAX_TEMPLATE} bytes; shorten it"));
        }
        if sink.is_empty() || sink.contains('/') {
            return Err(format!(
                "the sink's name {sink:?} cannot be part of a file name; rename it"
            ));
        }
        let components = template
            .split('/')
            .map(|component| pieces(component, sink))
            .collect::<Result<Vec<_>, _>>()?;
        if !components
            .iter()
            .flatten()
            .any(|piece| *piece == Piece::Sequence)
        {
            return Err(
                "{seq} is missing; without it two files could get the same name".to_owned(),
            );
        }
        let template = Template { components };
        let longest = template.render(Timestamp::UNIX_EPOCH, u64::MAX);
        longest.split('/').try_for_each(check_component)?;
        if longest.ends_with(".part") || longest.ends_with(".tmp") {
            return Err(
                "the endings .part and .tmp mark unfinished files; choose another".to_owned(),
            );
        }
        Ok(template)
    }

    /// The path, relative to the sink's folder, of the file `sequence` opened at `at`.
    pub(crate) fn render(&self, at: Timestamp, sequence: u64) -> String {
        let mut path = String::new();
        for (index, component) in self.components.iter().enumerate() {
            if index > 0 {
                path.push('/');
            }
            for piece in component {
                match piece {
                    Piece::Text(text) => path.push_str(text),
                    Piece::Date => path.push_str(&at.strftime("%Y-%m-%d").to_string()),
                    Piece::Hour => path.push_str(&at.strftime("%H").to_string()),
                    Piece::Sequence => path.push_str(&format!("{sequence:0SEQUENCE_DIGITS$}")),
                }
            }
        }
        path
    }

    /// How many components a path has; at least one.
    pub(crate) fn depth(&self) -> usize {
        self.components.len()
    }

    /// Whether `name` can be the component at `index` (from 0) of a path that this template made.
    pub(crate) fn fits(&self, index: usize, name: &str) -> bool {
        self.components
            .get(index)
            .is_some_and(|pieces| widths().any(|width| matches(pieces, name, width).is_some()))
    }

    /// The sequence number of `path`, if this template can have made it; the inverse of
    /// [`Template::render`].
    pub(crate) fn sequence_of(&self, path: &str) -> Option<u64> {
        if path.split('/').count() != self.components.len() {
            return None;
        }
        widths().find_map(|width| {
            let mut sequence = None;
            for (pieces, name) in self.components.iter().zip(path.split('/')) {
                let found = matches(pieces, name, width)?;
                if let (Some(before), Some(now)) = (sequence, found)
                    && before != now
                {
                    return None;
                }
                sequence = sequence.or(found);
            }
            sequence
        })
    }
}

/// The possible lengths of a sequence number.
fn widths() -> impl Iterator<Item = usize> {
    SEQUENCE_DIGITS..=MOST_SEQUENCE_DIGITS
}

/// Cuts one component of a template into its pieces.
fn pieces(component: &str, sink: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = component;
    while let Some(start) = rest.find(['{', '}']) {
        let (text, opened) = rest.split_at(start);
        let Some((placeholder, after)) = opened
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
        else {
            return Err("a brace without its partner; write placeholders as {date}".to_owned());
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(match placeholder {
            "date" => Piece::Date,
            "hour" => Piece::Hour,
            "seq" => Piece::Sequence,
            "sink" => Piece::Text(sink.to_owned()),
            other => {
                return Err(format!("unknown placeholder {{{other}}}; there are {{date}}, {{hour}}, {{seq}} and {{sink}}"));
            }
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// Refuses what is not a plain name of a file or folder.
fn check_component(name: &str) -> Result<(), String> {
    let reason = match name {
        "" => {
            "an empty folder or file name; it must be a relative path without '//' or a '/' at either end"
        }
        "." | ".." => "'.' and '..' are not allowed; files stay below the sink's folder",
        _ if name.contains(char::is_control) => "control characters are not allowed in file names",
        _ if name.len() > MAX_COMPONENT => "a folder or file name is too long; shorten it",
        _ => return Ok(()),
    };
    Err(reason.to_owned())
}

/// Matches one component whose sequence numbers have `width` digits: `None` if it does not fit,
/// else the sequence number, if there is one in it.
fn matches(pieces: &[Piece], name: &str, width: usize) -> Option<Option<u64>> {
    let mut rest = name;
    let mut sequence = None;
    for piece in pieces {
        rest = match piece {
            Piece::Text(text) => rest.strip_prefix(text.as_str())?,
            Piece::Date => strip_shaped(rest, "0000-00-00")?,
            Piece::Hour => strip_shaped(rest, "00")?,
            Piece::Sequence => {
                let digits = rest.get(..width)?;
                let padded = width > SEQUENCE_DIGITS && digits.starts_with('0');
                if padded || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let number: u64 = digits.parse().ok()?;
                if sequence.is_some_and(|before| before != number) {
                    return None;
                }
                sequence = Some(number);
                &rest[width..]
            }
        };
    }
    rest.is_empty().then_some(sequence)
}

/// What follows after a text of the given shape, where `0` stands for any digit.
fn strip_shaped<'t>(text: &'t str, shape: &str) -> Option<&'t str> {
    let head = text.get(..shape.len())?;
    let fits = head
        .bytes()
        .zip(shape.bytes())
        .all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            _ => byte == wanted,
        });
    fits.then(|| &text[shape.len()..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::path::{Component, Path};

    use proptest::prelude::{
        ProptestConfig, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };
    use proptest::strategy::Strategy;

    use super::*;

    #[test]
    fn placeholders_are_filled_in() {
        let template = Template::parse("{sink}/{date}/{hour}-{seq}.jsonl", "archive").unwrap();
        let at: Timestamp = "2026-02-03T04:59:59Z".parse().unwrap();
        assert_eq!(template.render(at, 7), "archive/2026-02-03/04-000007.jsonl");
        assert_eq!(
            template.render(at, 1_234_567),
            "archive/2026-02-03/04-1234567.jsonl"
        );
        assert_eq!(template.depth(), 3);
    }

    #[test]
    fn whatever_leads_out_of_the_folder_is_refused() {
        for (template, part) in [
            ("", "empty"),
            ("/etc/{seq}", "empty"),
            ("a//{seq}", "empty"),
            ("{seq}/", "empty"),
            ("../{seq}", "'..'"),
            ("a/../../{seq}", "'..'"),
            ("./{seq}", "'.'"),
            ("a\0{seq}", "control"),
            ("a\n{seq}", "control"),
            ("articles.jsonl", "{seq} is missing"),
            ("{seq}-{year}.jsonl", "unknown placeholder {year}"),
            ("{seq}-{date.jsonl", "partner"),
            ("{seq}-}.jsonl", "partner"),
            ("{seq}.part", "unfinished"),
            ("{seq}.zst.tmp", "unfinished"),
        ] {
            let reason = Template::parse(template, "s").unwrap_err().to_string();
            let named = reason.contains(part) || template.is_empty();
            assert!(named, "{template:?}: {reason}");
        }
        assert!(Template::parse(&format!("{{seq}}{}", "x".repeat(240)), "s").is_err());
        assert!(Template::parse(&"{seq}/".repeat(300), "s").is_err());
        assert!(Template::parse("{sink}-{seq}", "../up").is_err());
        assert!(Template::parse("{sink}/{seq}", "..").is_err());
    }

    #[test]
    fn names_that_the_template_did_not_make_have_no_sequence() {
        let template = Template::parse("{date}/a{seq}.jsonl", "s").unwrap();
        assert_eq!(template.sequence_of("2026-01-01/a000012.jsonl"), Some(12));
        for path in [
            "2026-01-01/a12.jsonl",
            "2026-01-01/a0000012.jsonl",
            "2026-01-01/b000012.jsonl",
            "2026-1-01/a000012.jsonl",
            "a000012.jsonl",
            "2026-01-01/x/a000012.jsonl",
            "2026-01-01/a000012.jsonl.bak",
            "2026-01-01/aäöü.jsonl",
        ] {
            assert_eq!(template.sequence_of(path), None, "{path}");
        }
        let twice = Template::parse("{seq}/{seq}", "s").unwrap();
        assert_eq!(twice.sequence_of("000001/000001"), Some(1));
        assert_eq!(twice.sequence_of("000001/000002"), None);
    }

    fn component() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z0-9._ äß-]{0,4}",
            "\\PC{0,3}",
            prop_oneof![
                "\\{date\\}",
                "\\{hour\\}",
                "\\{seq\\}",
                "\\{sink\\}",
                "\\.\\.",
                "/"
            ],
        ];
        prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn whatever_is_accepted_stays_below_the_folder_and_can_be_read_back(
            parts in prop::collection::vec(component(), 1..4),
            sink in "[a-z0-9._-]{1,8}",
            sequence in prop_oneof![0_u64..2_000_000, prop::num::u64::ANY],
            second in 0_i64..4_000_000_000,
        ) {
            let text = parts.join("/");
            let Ok(template) = Template::parse(&text, &sink) else { return Ok(()) };
            let at = Timestamp::from_second(second).unwrap();
            let path = template.render(at, sequence);
            for component in Path::new(&path).components() {
                prop_assert!(matches!(component, Component::Normal(_)), "{path:?}");
            }
            prop_assert_eq!(Path::new(&path).components().count(), template.depth());
            prop_assert_eq!(template.sequence_of(&path), Some(sequence));
            for (index, name) in path.split('/').enumerate() {
                prop_assert!(template.fits(index, name));
            }
            prop_assert!(template.render(at, sequence.wrapping_add(1)) != path);
        }

        #[test]
        fn no_text_makes_the_reader_fail(template in "\\PC{0,40}", path in "\\PC{0,40}") {
            if let Ok(template) = Template::parse(&template, "s") {
                prop_assert!(template.depth() > 0);
                template.sequence_of(&path);
            }
        }
    }
}
