//! Reads robots.txt (RFC 9309) and tells which paths its rules allow. No I/O, no clock.
//!
//! Never fails: a line that cannot be understood is skipped, as the standard wants it.

mod path;
#[cfg(test)]
mod tests;

use std::time::Duration;

use path::normalise;

/// The name that rules for Dateline are given under, whatever the User-Agent says besides.
pub const PRODUCT: &str = "dateline";

/// Bytes of a robots.txt that are read; the rest does not count (RFC 9309, section 2.5, asks for at
/// least these).
pub const MAX_ROBOTS_BYTES: usize = 500 << 10;

/// The longest wait between two requests that a site can ask for: more than this is a site that
/// does not want to be read by programs, and its pages are due once in this time.
const MAX_CRAWL_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What one site allows Dateline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
    refuse_all: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    /// The pattern's octets, percent-encoding normalised: what rules are weighed by.
    weight: usize,
    /// What stands between the wildcards.
    parts: Vec<String>,
    /// Whether the pattern ends where the path ends (`$`).
    anchored: bool,
}

impl Rules {
    /// Everything is allowed.
    pub fn allow_all() -> Rules {
        Rules::default()
    }

    /// Nothing is allowed.
    pub fn refuse_all() -> Rules {
        Rules {
            refuse_all: true,
            ..Rules::default()
        }
    }

    /// The rules of a robots.txt for [`PRODUCT`].
    pub fn parse(document: &[u8]) -> Rules {
        let document = &document[..document.len().min(MAX_ROBOTS_BYTES)];
        let text = String::from_utf8_lossy(document);
        let text = text.trim_start_matches('\u{feff}');
        let mut groups = Groups::default();
        for line in text.split(['\n', '\r']) {
            groups.line(line);
        }
        groups.finish()
    }

    /// Whether the path (with its query) may be asked for.
    pub fn allows(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        if self.refuse_all {
            return false;
        }
        let path = normalise(path, true);
        let path = if path.is_empty() { "/" } else { path.as_str() };
        let mut best: Option<&Rule> = None;
        for rule in &self.rules {
            // Of equally long rules the one that allows counts (section 2.2.2).
            let heavier = best.is_none_or(|best| {
                rule.weight > best.weight || (rule.weight == best.weight && rule.allow)
            });
            if heavier && rule.matches(path) {
                best = Some(rule);
            }
        }
        best.is_none_or(|rule| rule.allow)
    }

    /// How long the site asks to be left alone between two requests. Not part of the standard, and
    /// honoured all the same.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// Bytes that the rules hold, for caches.
    pub(crate) fn size(&self) -> usize {
        let parts = self.rules.iter().flat_map(|rule| &rule.parts);
        let text: usize = parts.map(|part| part.len() + size_of::<String>()).sum();
        size_of::<Rules>() + self.rules.len() * size_of::<Rule>() + text
    }
}

impl Rule {
    fn new(allow: bool, pattern: &str) -> Rule {
        let (pattern, anchored) = match pattern.strip_suffix('$') {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let pattern = normalise(pattern, false);
        Rule {
            allow,
            weight: pattern.len() + usize::from(anchored),
            parts: pattern.split('*').map(str::to_owned).collect(),
            anchored,
        }
    }

    /// Each part at the first place where it fits, the first one at the start and an anchored last
    /// one at the end: linear, since no part needs to be tried twice.
    fn matches(&self, path: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else {
            return true;
        };
        let Some(mut left) = path.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return !self.anchored || left.is_empty();
        };
        for part in middle {
            let Some(at) = left.find(part.as_str()) else {
                return false;
            };
            left = &left[at + part.len()..];
        }
        if self.anchored {
            left.ends_with(last.as_str())
        } else {
            left.contains(last.as_str())
        }
    }
}

/// Groups of a robots.txt while it is read: only those for Dateline and for everybody are kept.
#[derive(Default)]
struct Groups {
    own: Option<Group>,
    everybody: Option<Group>,
    /// Whether the group that is being read is for Dateline, and for everybody.
    reading_own: bool,
    reading_everybody: bool,
    /// Whether its rules have begun: the next `User-agent` starts another group.
    in_rules: bool,
}

#[derive(Default)]
struct Group {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Groups {
    fn line(&mut self, line: &str) {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else {
            return;
        };
        let (key, value) = (key.trim(), value.trim());
        if is_user_agent(key) {
            return self.user_agent(value);
        }
        let allow = key.eq_ignore_ascii_case("allow");
        let crawl_delay = key.eq_ignore_ascii_case("crawl-delay");
        if !allow && !crawl_delay && !is_disallow(key) {
            // Sitemaps and the like belong to no group and end none (section 2.2.4).
            return;
        }
        self.in_rules = true;
        let delay = crawl_delay.then(|| delay_of(value)).flatten();
        let rule =
            (!crawl_delay && value.starts_with(['/', '*', '$'])).then(|| Rule::new(allow, value));
        for (reading, group) in [
            (self.reading_own, &mut self.own),
            (self.reading_everybody, &mut self.everybody),
        ] {
            let Some(group) = group.as_mut().filter(|_| reading) else {
                continue;
            };
            group.crawl_delay = delay.or(group.crawl_delay);
            group.rules.extend(rule.clone());
        }
    }

    fn user_agent(&mut self, value: &str) {
        if self.in_rules {
            (self.reading_own, self.reading_everybody, self.in_rules) = (false, false, false);
        }
        if value == "*" {
            self.reading_everybody = true;
            self.everybody.get_or_insert_default();
        }
        // Sites also write the version: only the product's name counts.
        let name_end = value
            .find(|letter: char| !letter.is_ascii_alphabetic() && letter != '_' && letter != '-')
            .unwrap_or(value.len());
        if value[..name_end].eq_ignore_ascii_case(PRODUCT) {
            self.reading_own = true;
            self.own.get_or_insert_default();
        }
    }

    fn finish(self) -> Rules {
        let group = self.own.or(self.everybody).unwrap_or_default();
        Rules {
            rules: group.rules,
            crawl_delay: group.crawl_delay,
            refuse_all: false,
        }
    }
}

/// `User-agent`, also as it is often misspelt.
fn is_user_agent(key: &str) -> bool {
    ["user-agent", "useragent", "user agent"]
        .iter()
        .any(|name| key.eq_ignore_ascii_case(name))
}

/// `Disallow`, also as it is often misspelt: a site that says "no" means it.
fn is_disallow(key: &str) -> bool {
    [
        "disallow",
        "dissallow",
        "disalow",
        "dissalow",
        "diasllow",
        "disallaw",
    ]
    .iter()
    .any(|name| key.eq_ignore_ascii_case(name))
}

fn delay_of(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok()?;
    let delay = Duration::try_from_secs_f64(seconds).ok()?;
    Some(delay.min(MAX_CRAWL_DELAY))
}
