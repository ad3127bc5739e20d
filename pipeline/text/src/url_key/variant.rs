//! The versions of one page that a site keeps for telephones, AMP and printers, and the names of a folder's own page. Addresses of
//! such versions can be opened, so that they only fall together in the key.
//!
//! A sign counts where content systems put it: `amp` as a host's label or as the first or last part of a path. In the middle of
//! a path or of a word (`/amplifier/`, `guitar-amp`) it is a word like any other, and so is `/print/` or `/mobile/` at the beginning, which are
//! sections of newspapers.

/// Labels of hosts that show the same site.
const LABELS: [&str; 5] = ["amp", "m", "mobile", "wap", "www"];

/// Second levels under which countries register sites (`co.uk`, `com.au`), the usual ones of the Public Suffix List. What stands before them is the
/// site's name, whatever it is: `mobile.co.uk`.
const REGISTRIES: [&str; 20] = [
    "ac", "art", "asso", "biz", "co", "com", "edu", "firm", "gen", "gob", "gov", "info", "mil",
    "name", "ne", "net", "nom", "or", "org", "web",
];

/// What a folder's own page is called.
const INDEX_PAGES: [&str; 9] = [
    "default.asp",
    "default.aspx",
    "default.htm",
    "default.html",
    "index.htm",
    "index.html",
    "index.jsp",
    "index.php",
    "index.shtml",
];

/// Parts of a path that make a version where they come last.
const LAST_PARTS: [&str; 2] = ["amp", "print"];

/// Parameters that make a version: name and value in lower case, sorted.
const PARAMETERS: [(&str, &str); 27] = [
    ("_amp", "1"),
    ("_amp", "true"),
    ("amp", ""),
    ("amp", "1"),
    ("amp", "true"),
    ("amp", "yes"),
    ("mobile", "1"),
    ("mobile", "true"),
    ("mode", "amp"),
    ("mode", "print"),
    ("nomobile", "1"),
    ("output", "amp"),
    ("output", "print"),
    ("outputtype", "amp"), // Arc Publishing
    ("pagewanted", "all"), // New York Times
    ("pagewanted", "print"),
    ("print", ""),
    ("print", "1"),
    ("print", "print"), // WP-Print
    ("print", "true"),
    ("print", "y"),
    ("print", "yes"),
    ("printable", "1"),
    ("printable", "true"),
    ("view", "amp"),
    ("view", "mobile"),
    ("view", "print"),
];

/// A host without the labels of versions, as long as what is left is a site.
pub(super) fn host(host: &str) -> String {
    let mut labels: Vec<&str> = host.split('.').collect();
    let mut place = 0;
    while place < labels.len() {
        let rest = labels.len() - 1 - place;
        let is_before_site = match &labels[place + 1..] {
            [registry, country] => country.len() != 2 || !REGISTRIES.contains(registry),
            _ => rest > 2,
        };
        if is_before_site && LABELS.contains(&labels[place]) {
            labels.remove(place);
        } else {
            place += 1;
        }
    }
    labels.join(".")
}

/// A path without what makes it a version, and without the slash at its end.
pub(super) fn path(path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = match path.rsplit_once('/') {
        Some((folder, page)) if is_listed(&INDEX_PAGES, page) => folder,
        _ => path,
    };
    let path = match path.rsplit_once('/') {
        Some((page, last)) if !page.is_empty() && is_listed(&LAST_PARTS, last) => page,
        _ => path,
    };
    let path = match path.strip_prefix("/amp/") {
        Some(page) if !page.is_empty() => format!("/{page}"),
        _ => path.to_owned(),
    };
    for (version, page) in [(".amp.html", ".html"), (".amp.htm", ".htm"), (".amp", "")] {
        if let Some(name) = path.strip_suffix(version) {
            return format!("{name}{page}");
        }
    }
    path
}

/// Whether a parameter, as it is encoded, makes a version of the page under `path`.
pub(super) fn is_of_variant(parameter: &str, path: &str) -> bool {
    let lower = parameter.to_ascii_lowercase();
    let (name, value) = lower.split_once('=').unwrap_or((&lower, ""));
    PARAMETERS.binary_search(&(name, value)).is_ok()
        || (name == "m" && matches!(value, "0" | "1") && is_of_blogger(path))
}

/// Whether a path is one of Blogger's articles, `/2023/05/story.html`: there `m=1` is the version for telephones, and elsewhere it may be anything.
fn is_of_blogger(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let mut is_number = |digits| {
        parts.next().is_some_and(|part| {
            part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    is_number(4) && is_number(2) && parts.next().is_some_and(|page| page.ends_with(".html"))
}

fn is_listed(names: &[&str], part: &str) -> bool {
    names.contains(&part.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::PARAMETERS;

    #[test]
    fn the_list_is_sorted_and_without_repeats() {
        assert!(PARAMETERS.is_sorted_by(|a, b| a < b));
    }
}
