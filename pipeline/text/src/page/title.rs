//! An article's headline, of all that a page calls itself.

use super::head::Head;
use super::linked::Linked;

/// Letters of the longest site's name with its section and day.
const MAX_SITE: usize = 40;
/// What stands between a headline and the site's name.
const MARKS: [&str; 10] = [
    " | ", " - ", " – ", " — ", " :: ", " · ", " • ", " » ", " / ", " ‖ ",
];

/// What the page is called where it is shared, else in its linked data, else by its heading, else by its window's title: the first is what the newsroom
/// chose to stand alone, without a kicker and without the site's name.
pub(super) fn title(head: &Head<'_>, linked: &Linked, publisher: Option<&str>) -> Option<String> {
    let shared = head.meta(&["og:title", "twitter:title"]);
    let heading = head.headings.first().map(String::as_str);
    let stated = [
        shared,
        linked.headline.as_deref(),
        heading,
        head.title.as_deref(),
    ];
    // What follows a headline that stands elsewhere too, behind a mark, is the site's name, its section or the day.
    let mut alone = [linked.headline.as_deref(), heading].into_iter().flatten();
    if let Some(whole) = shared
        && let Some(alone) = alone.find(|alone| is_marked_off(whole, alone.trim()))
    {
        return Some(alone.trim().to_owned());
    }
    let mut bare = stated
        .into_iter()
        .flatten()
        .map(|title| without_site(title, publisher));
    bare.find(|title| !title.is_empty())
}

/// Whether a title goes on behind a headline with a mark and a few words.
fn is_marked_off(title: &str, headline: &str) -> bool {
    let rest = title
        .strip_prefix(headline)
        .filter(|_| !headline.is_empty());
    rest.map(str::trim_start).is_some_and(|rest| {
        rest.chars().count() <= MAX_SITE
            && rest.starts_with(['|', '｜', '-', '–', '—', ':', '：', '·', '•', '»', '/', '‖'])
    })
}

/// A title without the site's name at its end or begin, where it is the site's name.
fn without_site(title: &str, site: Option<&str>) -> String {
    let Some(site) = site.map(folded).filter(|site| !site.is_empty()) else {
        return title.to_owned();
    };
    let is_site = |part: &str| {
        let part = folded(part);
        !part.is_empty()
            && (part == site
                || part.contains(&site) && part.len() < 2 * site.len()
                || site.contains(&part) && site.len() < 2 * part.len())
    };
    for mark in MARKS {
        if let Some((before, behind)) = title.rsplit_once(mark)
            && is_site(behind)
        {
            return before.trim().to_owned();
        }
        if let Some((before, behind)) = title.split_once(mark)
            && is_site(before)
        {
            return behind.trim().to_owned();
        }
    }
    title.to_owned()
}

/// Letters and digits, in small letters.
pub(super) fn folded(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_headline_behind_a_mark_is_cut() {
        assert!(is_marked_off(
            "Gulls return – HN – 9 May 2023",
            "Gulls return"
        ));
        assert!(is_marked_off("鴎が戻る：港新聞Web", "鴎が戻る"));
        assert!(!is_marked_off(
            "Gulls return to the harbour",
            "Gulls return"
        ));
        assert!(!is_marked_off("Gulls return", "Gulls return"));
        assert!(!is_marked_off("| HN", ""));
    }

    #[test]
    fn only_the_sites_name_is_cut() {
        for (title, site, bare) in [
            (
                "Gulls return | Harbour News",
                "Harbour News",
                "Gulls return",
            ),
            (
                "Gulls return - Harbour News UK",
                "Harbour News",
                "Gulls return",
            ),
            (
                "Harbour News: Gulls return",
                "Harbour News",
                "Harbour News: Gulls return",
            ),
            (
                "Gulls - and terns - return",
                "Harbour News",
                "Gulls - and terns - return",
            ),
            (
                "Harbour News – Gulls return",
                "Harbour News",
                "Gulls return",
            ),
        ] {
            assert_eq!(without_site(title, Some(site)), bare);
        }
    }
}
