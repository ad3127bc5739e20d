//! What names mean: namespaces by their address, by their usual prefix where nobody declares them, and the prefixes in scope.

/// Prefixes in scope that are remembered; feeds declare some 10.
const MAX_DECLARED: usize = 128;

/// Vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    /// RSS of every version, Atom 0.3 and the drafts before it, CDF, and no namespace at all.
    Feed,
    /// Atom 1.0.
    Atom,
    /// RSS content module.
    Content,
    /// Dublin Core elements.
    Dc,
    /// Dublin Core terms.
    DcTerms,
    /// Podcasts.
    Itunes,
    /// Media RSS.
    Media,
    /// RDF itself.
    Rdf,
    /// Syndication module.
    Syndication,
    /// Comment API.
    Wfw,
    /// Creative Commons in RDF, with the license as an attribute.
    Cc,
    /// Creative Commons in RSS, with the license as text.
    CreativeCommons,
    /// XHTML.
    Xhtml,
    /// Something else.
    Other,
}

/// Addresses without `http://`, `https://`, `www.` and what ends them, in lower case.
const ADDRESSES: [(&str, Space); 34] = [
    ("w3.org/2005/atom", Space::Atom),
    ("purl.org/atom/ns", Space::Feed),
    ("purl.org/rss/1.0", Space::Feed),
    ("my.netscape.com/rdf/simple/0.9", Space::Feed),
    ("channel.netscape.com/rdf/simple/0.9", Space::Feed),
    ("my.netscape.com/publish/formats/rss-0.91.dtd", Space::Feed),
    ("purl.org/net/rss1.1", Space::Feed),
    ("blogs.law.harvard.edu/tech/rss", Space::Feed),
    ("cyber.law.harvard.edu/rss/rss.html", Space::Feed),
    ("rssboard.org/rss-specification", Space::Feed),
    ("purl.org/rss/1.0/modules/rss091", Space::Feed),
    ("purl.org/rss/2.0", Space::Feed),
    ("example.com/newformat", Space::Feed),
    ("example.com/necho", Space::Feed),
    ("purl.org/echo", Space::Feed),
    ("uri/of/echo/namespace", Space::Feed),
    ("purl.org/pie", Space::Feed),
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/dc/elements/1.1", Space::Dc),
    ("purl.org/dc/elements/1.0", Space::Dc),
    ("purl.org/dc/terms", Space::DcTerms),
    ("itunes.com/dtds/podcast-1.0.dtd", Space::Itunes),
    ("example.com/dtds/podcast-1.0.dtd", Space::Itunes),
    ("search.yahoo.com/mrss", Space::Media),
    ("w3.org/1999/02/22-rdf-syntax-ns", Space::Rdf),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("wellformedweb.org/commentapi", Space::Wfw),
    ("creativecommons.org/ns#license", Space::Cc),
    ("creativecommons.org/ns", Space::Cc),
    ("web.resource.org/cc", Space::Cc),
    (
        "cyber.law.harvard.edu/rss/creativecommonsrssmodule.html",
        Space::CreativeCommons,
    ),
    (
        "backend.userland.com/creativecommonsrssmodule",
        Space::CreativeCommons,
    ),
    ("w3.org/1999/xhtml", Space::Xhtml),
    ("w3.org/1999/xlink", Space::Other),
];

/// Prefixes as everybody writes them, in lower case.
const PREFIXES: [(&str, Space); 20] = [
    ("rss", Space::Feed),
    ("atom", Space::Atom),
    ("atom10", Space::Atom),
    ("atom03", Space::Feed),
    ("a10", Space::Atom),
    ("content", Space::Content),
    ("dc", Space::Dc),
    ("dcterms", Space::DcTerms),
    ("dct", Space::DcTerms),
    ("itunes", Space::Itunes),
    ("media", Space::Media),
    ("mrss", Space::Media),
    ("rdf", Space::Rdf),
    ("sy", Space::Syndication),
    ("syn", Space::Syndication),
    ("wfw", Space::Wfw),
    ("cc", Space::Cc),
    ("creativecommons", Space::CreativeCommons),
    ("xhtml", Space::Xhtml),
    ("html", Space::Xhtml),
];

/// The vocabulary at an address.
fn by_address(address: &str) -> Option<Space> {
    let lower = address.trim().to_ascii_lowercase();
    let bare = lower
        .strip_prefix("http://")
        .or_else(|| lower.strip_prefix("https://"))
        .unwrap_or(&lower);
    let bare = bare
        .strip_prefix("www.")
        .unwrap_or(bare)
        .trim_end_matches(['/', '#']);
    // Userland gave every version an address of its own.
    if bare.starts_with("backend.userland.com/rss") {
        return Some(Space::Feed);
    }
    let found = ADDRESSES.iter().find(|(known, _)| *known == bare);
    found.map(|(_, space)| *space)
}

fn by_prefix(prefix: &str) -> Space {
    let found = PREFIXES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(prefix));
    found.map_or(Space::Other, |(_, space)| *space)
}

/// The prefixes in scope.
#[derive(Debug, Default)]
pub(crate) struct Prefixes<'t> {
    declared: Vec<(&'t str, Space)>,
    /// The vocabulary of names without a prefix; `None` before any is declared.
    default: Option<Space>,
    defaults: Vec<Option<Space>>,
}

impl<'t> Prefixes<'t> {
    /// How many are declared, for [`Prefixes::forget`].
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.declared.len(), self.defaults.len())
    }

    /// Leaves the scope in which there were only those of `mark`.
    pub(crate) fn forget(&mut self, (declared, defaults): (usize, usize)) {
        self.declared.truncate(declared);
        if let Some(outer) = self.defaults.get(defaults) {
            self.default = *outer;
            self.defaults.truncate(defaults);
        }
    }

    /// Takes note of an attribute, if it declares a prefix.
    pub(crate) fn see(&mut self, name: &'t str, value: &str) {
        let Some(rest) = name.strip_prefix("xmlns") else {
            return;
        };
        if self.declared.len() + self.defaults.len() >= MAX_DECLARED {
            return;
        }
        match rest.strip_prefix(':') {
            Some(prefix) => {
                // At an address that nobody knows, the prefix says what is meant.
                let space = by_address(value).unwrap_or_else(|| by_prefix(prefix));
                self.declared.push((prefix, space));
            }
            None if rest.is_empty() => {
                self.defaults.push(self.default);
                let known = || by_address(value).unwrap_or(foreign(value));
                self.default = (!value.trim().is_empty()).then(known);
            }
            None => {}
        }
    }

    /// The vocabulary and the local name of an element.
    #[inline]
    pub(crate) fn resolve<'n>(&self, name: &'n str) -> (Space, &'n str) {
        match name.split_once(':') {
            None => (self.default.unwrap_or(Space::Feed), name),
            Some((prefix, local)) => (self.of(prefix), local),
        }
    }

    fn of(&self, prefix: &str) -> Space {
        let declared = self
            .declared
            .iter()
            .rev()
            .find(|(known, _)| *known == prefix);
        match declared {
            Some((_, space)) => *space,
            None => by_prefix(prefix),
        }
    }
}

/// What names without a prefix mean under an unknown address: a feed's own one is as good as none, that of a drawing or a
/// formula within is not.
fn foreign(address: &str) -> Space {
    let lower = address.to_ascii_lowercase();
    let within = lower.contains("svg") || lower.contains("math");
    if within { Space::Other } else { Space::Feed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_before_prefixes() {
        let mut prefixes = Prefixes::default();
        assert_eq!(prefixes.resolve("dc:date"), (Space::Dc, "date"));
        assert_eq!(prefixes.resolve("title"), (Space::Feed, "title"));
        prefixes.see("xmlns:x", " http://purl.org/dc/elements/1.1/ ");
        prefixes.see("xmlns:dc", "http://elsewhere.example/");
        prefixes.see("xmlns:media", "http://www.w3.org/2005/Atom");
        assert_eq!(prefixes.resolve("x:date"), (Space::Dc, "date"));
        assert_eq!(prefixes.resolve("dc:date"), (Space::Dc, "date"));
        assert_eq!(prefixes.resolve("media:link"), (Space::Atom, "link"));
        assert_eq!(prefixes.resolve("y:date"), (Space::Other, "date"));
    }

    #[test]
    fn declarations_end_with_their_element() {
        let mut prefixes = Prefixes::default();
        let outer = prefixes.mark();
        prefixes.see("xmlns", "http://www.w3.org/1999/xhtml");
        let inner = prefixes.mark();
        prefixes.see("xmlns", "");
        assert_eq!(prefixes.resolve("a").0, Space::Feed);
        prefixes.forget(inner);
        assert_eq!(prefixes.resolve("a").0, Space::Xhtml);
        prefixes.forget(outer);
        assert_eq!(prefixes.resolve("a").0, Space::Feed);
    }
}
