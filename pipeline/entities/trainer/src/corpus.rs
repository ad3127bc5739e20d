//! Annotated corpora: files of `token TAB tag` lines to running text with the spans of its names, as the tagger will meet it.

use std::path::Path;

use anyhow::Context as _;
use dateline_entities::Kind;

use crate::chance::Chance;

/// A text with its names.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// Which set it is of.
    pub(crate) set: String,
    pub(crate) text: String,
    pub(crate) names: Vec<Name>,
    /// Whether other names than persons, organisations and locations are marked in it.
    pub(crate) has_misc: bool,
}

/// Bytes from, to; what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

/// A line of a file.
type Tagged<'f> = (&'f str, &'f str);

/// Reads one set.
pub(crate) fn read(path: &Path, chance: &mut Chance) -> anyhow::Result<Vec<Text>> {
    let set = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let file =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let has_misc = file.contains("\tB-MISC");
    let mut texts = Vec::new();
    for document in file.split("-DOCSTART-") {
        let mut text = Text {
            set: set.clone(),
            text: String::new(),
            names: Vec::new(),
            has_misc,
        };
        for unit in document.split("\n\n") {
            let tagged: Vec<Tagged<'_>> = unit
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .filter(|(token, _)| !token.is_empty())
                .collect();
            if !tagged.is_empty() {
                write(&tagged, &mut text, chance);
            }
        }
        if !text.text.is_empty() {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// Writes the tokens of a unit as running text.
fn write(tagged: &[Tagged<'_>], text: &mut Text, chance: &mut Chance) {
    if !text.text.is_empty() {
        text.text.push('\n');
    }
    let mut quotes = Quotes::default();
    let mut open: Option<Name> = None;
    let mut glue = true;
    for (at, &(token, tag)) in tagged.iter().enumerate() {
        let token = match token {
            "-LRB-" => "(",
            "-RRB-" => ")",
            "``" | "''" => "\"",
            other => other,
        };
        let before = at.checked_sub(1).map_or("", |before| tagged[before].0);
        let after = tagged.get(at + 1).map_or("", |after| after.0);
        let (left, right) = quotes.glues(token, before, after, chance);
        if !glue && !left {
            text.text.push(' ');
        }
        glue = right;
        let kind = kind(tag);
        let begins = kind.is_some()
            && (tag.starts_with('B') || open.is_none_or(|open| Some(open.kind) != kind));
        if begins || kind.is_none() {
            text.names.extend(open.take());
        }
        let start = text.text.len();
        text.text.push_str(token);
        match (kind, &mut open) {
            (Some(_), Some(name)) if !begins => name.end = text.text.len(),
            (Some(kind), _) => {
                open = Some(Name {
                    start,
                    end: text.text.len(),
                    kind,
                })
            }
            (None, _) => {}
        }
    }
    text.names.extend(open);
}

fn kind(tag: &str) -> Option<Kind> {
    match tag.get(2..)? {
        "PER" => Some(Kind::Person),
        "ORG" => Some(Kind::Organization),
        "LOC" => Some(Kind::Location),
        _ => Some(Kind::Misc),
    }
}

/// Which quotes are open.
#[derive(Debug, Default)]
struct Quotes {
    double: bool,
    single: bool,
}

impl Quotes {
    /// Whether no space stands before a token, and none after it.
    fn glues(
        &mut self,
        token: &str,
        before: &str,
        after: &str,
        chance: &mut Chance,
    ) -> (bool, bool) {
        match token {
            "," | "." | ";" | ":" | "!" | "?" | ")" | "]" | "}" | "%" | "..." | "n't" | "N'T"
            | "n’t" | "”" => (true, false),
            "(" | "[" | "{" | "$" | "£" | "€" | "#" | "@" | "“" => (false, true),
            "/" => (true, true),
            "\"" => {
                self.double = !self.double;
                (!self.double, self.double)
            }
            "'" => {
                if !self.single && before.ends_with(['s', 'S']) {
                    return (true, false);
                }
                self.single = !self.single;
                (!self.single, self.single)
            }
            "-" => {
                // Corpora part hyphens from words and print dashes the same way; texts have both.
                let word = |token: &str| token.starts_with(char::is_alphanumeric);
                let same =
                    before.starts_with(char::is_uppercase) == after.starts_with(char::is_uppercase);
                let glued = word(before) && word(after) && chance.of(if same { 0.6 } else { 0.3 });
                (glued, glued)
            }
            _ => {
                let clitic = token.strip_prefix(['\'', '’']).is_some_and(|rest| {
                    matches!(
                        rest,
                        "s" | "S" | "re" | "ve" | "ll" | "d" | "m" | "RE" | "LL"
                    )
                });
                (clitic, false)
            }
        }
    }
}

/// Copies of texts in the writing of headlines, so that the tagger does not hang on capitals.
pub(crate) fn headlines(texts: &[Text], share: f64, chance: &mut Chance) -> Vec<Text> {
    let mut copies = Vec::new();
    for text in texts {
        let with_body = text.text.len() > 400;
        if !chance.of(share) {
            continue;
        }
        let lines: Vec<&str> = text.text.split('\n').collect();
        let Some(&line) = lines.get(chance.below(lines.len())) else {
            continue;
        };
        let start = line.as_ptr().addr() - text.text.as_ptr().addr();
        let Some(headline) = headline(text, start, line.len(), chance) else {
            continue;
        };
        let mut copy = headline;
        if with_body && chance.of(0.5) {
            let shift = copy.text.len() + 2;
            copy.text.push_str("\n\n");
            copy.text.push_str(&text.text);
            copy.names.extend(text.names.iter().map(|name| Name {
                start: name.start + shift,
                end: name.end + shift,
                ..*name
            }));
        }
        copies.push(copy);
    }
    copies
}

/// The first words of a line, up to a dozen, in capitals or with a capital each; no name is cut.
fn headline(text: &Text, start: usize, size: usize, chance: &mut Chance) -> Option<Text> {
    let line = &text.text[start..start + size];
    let words = 5 + chance.below(9);
    let mut end = line
        .match_indices(' ')
        .nth(words)
        .map_or(size, |(at, _)| at);
    while let Some(name) = text
        .names
        .iter()
        .find(|name| name.start < start + end && name.end > start + end)
    {
        end = name.end - start;
    }
    let upper = chance.of(0.35);
    let mut copy = Text {
        set: text.set.clone(),
        text: String::new(),
        names: Vec::new(),
        has_misc: text.has_misc,
    };
    let mut places = vec![0; end + 1];
    let mut begin = true;
    for (at, letter) in line[..end].char_indices() {
        places[at] = copy.text.len();
        let word = line[at..]
            .split(|letter: char| !letter.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let little = matches!(
            word,
            "of" | "the"
                | "in"
                | "and"
                | "a"
                | "an"
                | "to"
                | "for"
                | "on"
                | "at"
                | "by"
                | "with"
                | "as"
                | "or"
                | "from"
                | "s"
                | "t"
        );
        if upper || begin && !little {
            copy.text.extend(letter.to_uppercase());
        } else {
            copy.text.push(letter);
        }
        begin = !letter.is_alphanumeric() && !matches!(letter, '\'' | '’');
    }
    places[end] = copy.text.len();
    let inside = text
        .names
        .iter()
        .filter(|name| name.start >= start && name.end <= start + end);
    copy.names = inside
        .map(|name| Name {
            start: places[name.start - start],
            end: places[name.end - start],
            ..*name
        })
        .collect();
    (copy.text.len() > 15).then_some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(tokens: &str) -> Text {
        let tagged: Vec<Tagged<'_>> = tokens
            .split(' ')
            .map(|token| token.split_once('/').unwrap_or((token, "O")))
            .collect();
        let mut text = Text {
            set: String::new(),
            text: String::new(),
            names: Vec::new(),
            has_misc: true,
        };
        write(&tagged, &mut text, &mut Chance::new(1));
        text
    }

    #[test]
    fn tokens_become_running_text_with_their_names() {
        let text = text_of("\" Mr. Low/B-PER 's dog ( in New/B-LOC York/I-LOC ) did n't bite . \"");
        assert_eq!(text.text, "\"Mr. Low's dog (in New York) didn't bite.\"");
        let names: Vec<&str> = text
            .names
            .iter()
            .map(|name| &text.text[name.start..name.end])
            .collect();
        assert_eq!(names, ["Low", "New York"]);
    }

    #[test]
    fn headlines_keep_their_names_whole() {
        let text = text_of(
            "The small town of New/B-LOC York/I-LOC sees Café/B-ORG Olé/I-ORG rise and fall again and again today",
        );
        for seed in 0..20 {
            let copy = headline(&text, 0, text.text.len(), &mut Chance::new(seed)).unwrap();
            for name in &copy.names {
                assert!(
                    ["new york", "café olé"]
                        .contains(&copy.text[name.start..name.end].to_lowercase().as_str())
                );
            }
        }
    }
}
