//! Where sites usually keep their feed. No I/O.

use url::Url;

/// Usual paths, the most usual first: WordPress, static site generators, Blogger.
const PATHS: &[&str] = &[
    "/feed",
    "/rss",
    "/rss.xml",
    "/atom.xml",
    "/feed.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
];

/// Names beside a page that is not the site's first: a section or a blog of its own.
const BESIDE: &[&str] = &["feed", "rss.xml"];

/// Addresses at which the feed of a page's site may be, without the page itself.
pub(super) fn guesses(page: &Url) -> Vec<Url> {
    let folder = if page.path().ends_with('/') {
        page.path().to_owned()
    } else {
        format!("{}/", page.path())
    };
    let beside = BESIDE
        .iter()
        .filter(|_| folder != "/")
        .map(|name| format!("{folder}{name}"));
    let paths = beside.chain(PATHS.iter().map(|path| (*path).to_owned()));
    let mut guesses: Vec<Url> = Vec::new();
    for path in paths {
        let mut guess = page.clone();
        guess.set_path(&path);
        guess.set_query(None);
        guess.set_fragment(None);
        if guess != *page && !guesses.contains(&guess) {
            guesses.push(guess);
        }
    }
    guesses
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn of(page: &str) -> Vec<String> {
        let page = Url::parse(page).unwrap();
        guesses(&page).into_iter().map(String::from).collect()
    }

    #[test]
    fn the_page_s_own_folder_comes_before_the_site() {
        let guesses = of("https://a.example/blog?x=1#y");
        assert_eq!(guesses[0], "https://a.example/blog/feed");
        assert_eq!(guesses[2], "https://a.example/feed");
        assert_eq!(guesses.len(), 10);
        assert_eq!(of("https://a.example/")[0], "https://a.example/feed");
        let own = "https://a.example/rss.xml";
        assert!(!of(own).contains(&own.to_owned()));
    }
}
