//! The image of a plain-text article: caption, credit, and an alternative text that was glued to the caption.

use std::collections::HashSet;

use super::front::names_a_medium;
use super::names::{is_agency, is_person, is_title_case, mentions_agency, words};
use super::{PlainImage, dateline};
use crate::clean;

/// The longest caption, in characters. Agencies write up to about 500; a longer paragraph above a credit is body.
const MAX_CAPTION_CHARS: usize = 600;

/// The longest credit, in words: "Handout photo by Jane Doe for the Norhaven Museum via Example Images" has twelve.
const MAX_CREDIT_WORDS: usize = 12;

/// What introduces a credit, longest first where one begins another.
const CREDIT_LABELS: [&str; 30] = [
    "Photograph by ",
    "Photograph:",
    "Photo credit:",
    "Photo courtesy of ",
    "Photo by ",
    "Photo :",
    "Photo:",
    "PHOTO:",
    "Photos by ",
    "Photos:",
    "Picture by ",
    "Picture credit:",
    "Picture:",
    "Image credit:",
    "Image courtesy of ",
    "Image by ",
    "Image:",
    "Credit:",
    "Foto:",
    "Bild:",
    "Crédit photo :",
    "Photo par ",
    "Foto de ",
    "Foto di ",
    "Fotografía:",
    "Фото: ",
    "تصوير: ",
    "الصورة: ",
    "عکس: ",
    "צילום: ",
];

/// What only captions say of themselves.
const CAPTION_STARTS: [&str; 8] = [
    "FILE PHOTO",
    "FILE - ",
    "FILE – ",
    "File photo",
    "File picture",
    "Caption:",
    "Pictured:",
    "Pictured above",
];

/// Where the people in the picture are, as only captions say it.
const CAPTION_MARKS: [&str; 10] = [
    "(L)",
    "(R)",
    "(C)",
    "(left)",
    "(right)",
    "(centre)",
    "(center)",
    "(pictured)",
    "(2nd R)",
    "(2nd L)",
];

/// The fewest letters of the small word before a glued seam: what is small in `iPhone`, `eBay`, `macOS` or `vanDyke` is shorter.
const MIN_SMALL_LETTERS: usize = 4;

/// The fewest letters on both sides of a seam between capitals, as in `PutinRussian`.
const MIN_CAPITAL_LETTERS: usize = 3;

/// The image that `paragraphs` begin with, and how many of them tell about it. Without a headline above, a paragraph is no
/// caption.
pub(super) fn image(paragraphs: &[String], below_headline: bool) -> Option<(PlainImage, usize)> {
    let first = paragraphs.first()?;
    if let Some(credit) = credit(first) {
        return Some((
            PlainImage {
                credit: Some(credit),
                ..PlainImage::default()
            },
            1,
        ));
    }
    let may_be_caption = below_headline
        && paragraphs.len() > 1
        && first.chars().nth(MAX_CAPTION_CHARS).is_none()
        && dateline::agency(first).is_none()
        && clean::bullet(first).is_none();
    if !may_be_caption {
        return None;
    }
    let (alt, caption) = split_alt(first, paragraphs);
    let says_so = alt.is_some()
        || CAPTION_STARTS.iter().any(|start| first.starts_with(start))
        || CAPTION_MARKS.iter().any(|mark| first.contains(mark));
    // A credit below the last paragraph but one would leave no body.
    if let Some(credit) = paragraphs
        .get(1)
        .filter(|_| paragraphs.len() > 2)
        .and_then(|second| {
            let bare = || (says_so && is_signature(second)).then(|| second.clone());
            credit(second).or_else(bare)
        })
    {
        return Some((
            PlainImage {
                alt,
                caption: Some(caption),
                credit: Some(credit),
            },
            2,
        ));
    }
    if let Some((captioned, credit)) = split_credit(first) {
        let (alt, caption) = split_alt(captioned, paragraphs);
        return Some((
            PlainImage {
                alt,
                caption: Some(caption),
                credit: Some(credit),
            },
            1,
        ));
    }
    says_so.then_some((
        PlainImage {
            alt,
            caption: Some(caption),
            credit: None,
        },
        1,
    ))
}

/// The credit, where `paragraph` is one and nothing else: behind a label, in parentheses with a slash, or with an agency.
pub(super) fn credit(paragraph: &str) -> Option<String> {
    let inner = in_parentheses(paragraph);
    let text = inner.unwrap_or(paragraph);
    let labelled = CREDIT_LABELS
        .iter()
        .find_map(|label| text.strip_prefix(label))
        .map(str::trim);
    let name = labelled.unwrap_or(text);
    let fits = words(name).take(MAX_CREDIT_WORDS + 1).count() <= MAX_CREDIT_WORDS
        && words(name).next().is_some();
    if !fits || !is_name(name) {
        return None;
    }
    let joins_names = name.contains('/') || name.contains(" via ");
    let ends_with_medium = || {
        let last = name.rsplit(['/', ',']).next().unwrap_or_default();
        let last = last.rsplit(" via ").next().unwrap_or_default();
        names_a_medium(last, words(last).count())
    };
    let is_signed = is_agency(name)
        || (joins_names && (inner.is_some() || mentions_agency(name) || ends_with_medium()));
    let is_owned = name.starts_with("Courtesy of ") || name.starts_with('©');
    (labelled.is_some() || is_signed || is_owned).then(|| name.to_owned())
}

/// Whether `paragraph` is a name, or names that are joined, and nothing else: below a caption that is known for one, it is the credit.
fn is_signature(paragraph: &str) -> bool {
    let fits = words(paragraph).take(MAX_CREDIT_WORDS + 1).count() <= MAX_CREDIT_WORDS;
    let mut parts = paragraph.split('/').flat_map(|part| part.split(" via "));
    fits && is_name(paragraph) && parts.next().is_some_and(|first| is_person(first.trim()))
}

/// Whether `text` could be names and nothing else: title case, and no sentence.
fn is_name(text: &str) -> bool {
    let has_sentence_mark = text.ends_with('.')
        || text.contains([';', '?', '!', '"', '“', '”', ':', '('])
        || text.contains(". ");
    !has_sentence_mark && is_title_case(text)
}

/// What is between the parentheses or brackets around the whole of `text`.
fn in_parentheses(text: &str) -> Option<&str> {
    let round = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    round
        .or_else(|| {
            text.strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
        })
        .map(str::trim)
}

/// Splits a caption that ends with its credit, in parentheses or behind a label.
pub(crate) fn split_credit(paragraph: &str) -> Option<(&str, String)> {
    let parenthesis = if paragraph.ends_with(')') {
        paragraph.rfind('(')
    } else {
        None
    };
    let label = CREDIT_LABELS
        .iter()
        .filter_map(|label| paragraph.rfind(&format!(" {label}")))
        .min();
    parenthesis.into_iter().chain(label).find_map(|at| {
        let (captioned, signed) = paragraph.split_at(at);
        let captioned = captioned.trim_end();
        let credit = credit(signed.trim_start())?;
        captioned
            .contains(char::is_alphanumeric)
            .then_some((captioned, credit))
    })
}

/// Splits an alternative text off that was glued to the caption behind it without a space, as in
/// `Boats in the harbourA storm closed the harbour of Norhaven`. Returns both; `article` is where words are looked up.
///
/// The seam is a lower-case letter directly followed by a capital, and the rest of the article is the witness. `harbourA` is
/// a seam unless the article writes it so elsewhere, as it would `easyJet`. `VestergaardPort` looks like `YouTube`: there,
/// both halves must be words of the article.
fn split_alt(captioned: &str, article: &[String]) -> (Option<String>, String) {
    let mut vocabulary = None;
    for seam in seams(captioned) {
        let (alt, caption) = captioned.split_at(seam);
        let reads_apart =
            words(alt).nth(1).is_some() && words(caption).nth(2).is_some() && !alt.contains(". ");
        if !reads_apart {
            continue;
        }
        let (left, right) = (last_word(alt), first_word(caption));
        let vocabulary = vocabulary.get_or_insert_with(|| {
            article
                .iter()
                .skip(1)
                .flat_map(|paragraph| words(paragraph))
                .collect::<HashSet<&str>>()
        });
        let is_seam = if left.chars().all(char::is_lowercase) {
            left.chars().count() >= MIN_SMALL_LETTERS
        } else {
            let long_enough =
                left.chars().count().min(right.chars().count()) >= MIN_CAPITAL_LETTERS;
            long_enough && vocabulary.contains(left) && vocabulary.contains(right)
        };
        if is_seam && !vocabulary.contains(format!("{left}{right}").as_str()) {
            return (Some(alt.to_owned()), caption.to_owned());
        }
    }
    (None, captioned.to_owned())
}

/// Where a lower-case letter is directly followed by a capital.
fn seams(text: &str) -> impl Iterator<Item = usize> {
    let nexts = text.char_indices().skip(1);
    text.chars()
        .zip(nexts)
        .filter(|(before, (_, after))| before.is_lowercase() && after.is_uppercase())
        .map(|(_, (at, _))| at)
}

fn last_word(text: &str) -> &str {
    let start = text.rfind(|c: char| !c.is_alphabetic()).map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    &text[start..]
}

fn first_word(text: &str) -> &str {
    &text[..text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len())]
}
