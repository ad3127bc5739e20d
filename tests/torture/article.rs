//! Articles of our own making. Every version carries a token such as `zq-000123-v2` in its title,
//! its text, or both, by which it is known again wherever it turns up.

use std::collections::BTreeMap;
use std::fmt;

use super::dice::Dice;

/// Names one version of one article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Token {
    pub(crate) article: u32,
    pub(crate) version: u32,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "zq-{:06}-v{}", self.article, self.version)
    }
}

impl Token {
    /// Every token in a text, in order.
    pub(crate) fn all_in(text: &str) -> Vec<Token> {
        text.split("zq-")
            .skip(1)
            .filter_map(Token::at_start)
            .collect()
    }

    /// The token whose part behind `zq-` begins the text.
    fn at_start(text: &str) -> Option<Token> {
        let (article, rest) = text.split_once("-v")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_number = article.len() == 6 && article.bytes().all(|byte| byte.is_ascii_digit());
        let version = rest[..digits].parse().ok()?;
        is_number.then_some(Token {
            article: article.parse().ok()?,
            version,
        })
    }
}

/// What a version says: the versions that its title and its text name. An edit may leave one of
/// them as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) title: u32,
    pub(crate) text: u32,
}

/// Everything that was ever issued, by token.
pub(crate) type Issued = BTreeMap<Token, Wording>;

/// What an edit touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Title,
    Text,
    Both,
}

impl Edit {
    pub(crate) const ALL: [Edit; 3] = [Edit::Title, Edit::Text, Edit::Both];
}

/// An article with all its versions.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) number: u32,
    /// One for each version, from version 1.
    pub(crate) wordings: Vec<Wording>,
    /// Extra words in the text, to make it as long as a test wants it.
    pub(crate) padding: usize,
}

const WORDS: &[&str] = &[
    "harbour", "ferry", "council", "orchard", "bridge", "winter", "signal", "market", "violin",
    "granite", "lantern", "meadow", "captain", "archive", "thunder", "library", "copper", "island",
    "garden", "engine", "velvet", "compass", "river", "teacher", "cinema", "barley", "rocket",
    "museum", "painter", "tunnel", "falcon", "pepper", "station", "glacier", "weaver", "kitchen",
    "mirror", "senate", "anchor", "blossom", "carbon", "desert", "ember", "fabric", "galley",
    "hammer", "ivory", "jacket", "kernel", "ladder", "marble", "needle", "oyster", "pillar",
    "quarry", "ribbon", "saddle", "timber", "umbrella", "valley", "walnut", "yonder", "zephyr",
    "candle", "drummer", "eclipse", "forest", "gravel", "horizon", "inkwell", "juniper", "keeper",
    "lagoon", "monsoon", "nectar", "outpost", "prairie", "quiver", "rampart", "scholar", "terrace",
    "upland", "vintage", "whistle", "yearly", "almond", "beacon", "cobalt",
];

/// Words of a paragraph.
const PARAGRAPH: usize = 32;

impl Article {
    pub(crate) fn new(number: u32) -> Article {
        Article {
            number,
            wordings: vec![Wording { title: 1, text: 1 }],
            padding: 0,
        }
    }

    pub(crate) fn version(&self) -> u32 {
        self.wordings.len() as u32
    }

    pub(crate) fn token(&self) -> Token {
        Token {
            article: self.number,
            version: self.version(),
        }
    }

    /// Makes the next version.
    pub(crate) fn edit(&mut self, edit: Edit) {
        let (now, next) = (self.wording(), self.version() + 1);
        self.wordings.push(Wording {
            title: if edit == Edit::Text { now.title } else { next },
            text: if edit == Edit::Title { now.text } else { next },
        });
    }

    fn wording(&self) -> Wording {
        self.wordings[self.wordings.len() - 1]
    }

    pub(crate) fn title(&self) -> String {
        let words = words(u64::from(self.number) * 3, 6);
        let token = Token {
            article: self.number,
            version: self.wording().title,
        };
        format!(
            "{} {token} {}",
            capital(&words[..3].join(" ")),
            words[3..].join(" ")
        )
    }

    pub(crate) fn summary(&self) -> String {
        capital(&words(u64::from(self.number) * 3 + 1, 12).join(" ")) + "."
    }

    /// The paragraphs of the text.
    pub(crate) fn paragraphs(&self) -> Vec<String> {
        let token = Token {
            article: self.number,
            version: self.wording().text,
        };
        let words = words(u64::from(self.number) * 3 + 2, PARAGRAPH * 3 + self.padding);
        let mut paragraphs: Vec<String> = words
            .chunks(PARAGRAPH)
            .map(|words| capital(&words.join(" ")) + ".")
            .collect();
        paragraphs[1] += &format!(" The edition on the desk is marked {token} in pencil.");
        paragraphs
    }
}

fn words(seed: u64, count: usize) -> Vec<&'static str> {
    let mut dice = Dice::seeded(seed);
    (0..count)
        .map(|_| WORDS[dice.below(WORDS.len() as u64) as usize])
        .collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
