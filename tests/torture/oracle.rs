//! The oracle: compares what was issued with what each sink got. Pure; no I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::article::{Issued, Token, Wording};
use super::outputs::{Delivered, token};

/// A way in which a sink's contents differ from what was issued.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    /// It was issued and is not there.
    Lost { sink: String, token: Token },
    /// It is there more than once.
    Doubled {
        sink: String,
        token: Token,
        times: usize,
    },
    /// Nobody issued it.
    Unissued {
        sink: String,
        place: String,
        what: String,
    },
    /// It is no record, or not a whole one.
    Unreadable {
        sink: String,
        place: String,
        why: String,
    },
    /// Title and text are not those of one version.
    Mixed { sink: String, token: Token },
    /// Its revision number or `op` is not that of its version.
    Misnumbered {
        sink: String,
        token: Token,
        revision: u64,
        op: String,
    },
    /// It came before an earlier version of the same article.
    OutOfOrder {
        sink: String,
        token: Token,
        after: Token,
    },
    /// An article has several ids, over all its versions and all sinks.
    SeveralIds { article: u32, ids: BTreeSet<String> },
    /// Several articles share an id.
    SharedId { id: String, articles: BTreeSet<u32> },
    /// A message's key or header is not its record's.
    Mislabelled { sink: String, token: Token },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Lost { sink, token } => write!(f, "{sink}: {token} is lost"),
            Problem::Doubled { sink, token, times } => {
                write!(f, "{sink}: {token} arrived {times} times")
            }
            Problem::Unissued { sink, place, what } => {
                write!(f, "{sink}: {place} holds {what}, which nobody issued")
            }
            Problem::Unreadable { sink, place, why } => {
                write!(f, "{sink}: {place} is no record: {why}")
            }
            Problem::Mixed { sink, token } => write!(
                f,
                "{sink}: {token} has title and text of different versions"
            ),
            Problem::Misnumbered {
                sink,
                token,
                revision,
                op,
            } => {
                write!(f, "{sink}: {token} is called revision {revision} ({op})")
            }
            Problem::OutOfOrder { sink, token, after } => {
                write!(f, "{sink}: {token} came after {after}")
            }
            Problem::SeveralIds { article, ids } => {
                write!(f, "article {article} has the ids {ids:?}")
            }
            Problem::SharedId { id, articles } => {
                write!(f, "the articles {articles:?} share the id {id}")
            }
            Problem::Mislabelled { sink, token } => {
                write!(f, "{sink}: {token} has another record's key or header")
            }
        }
    }
}

/// Everything that is wrong with what the sinks got.
pub(crate) fn compare(issued: &Issued, sinks: &[(&str, Vec<Delivered>)]) -> Vec<Problem> {
    let mut ids = Ids::default();
    let mut problems = Vec::new();
    for (sink, delivered) in sinks {
        let mut ledger = Ledger {
            sink,
            issued,
            ids: &mut ids,
            times: BTreeMap::new(),
            latest: BTreeMap::new(),
        };
        for one in delivered {
            ledger.enter(one, &mut problems);
        }
        ledger.balance(&mut problems);
    }
    ids.check(&mut problems);
    problems.sort();
    problems
}

/// What one sink got.
struct Ledger<'a> {
    sink: &'a str,
    issued: &'a Issued,
    ids: &'a mut Ids,
    times: BTreeMap<Token, usize>,
    /// The latest version of each article so far.
    latest: BTreeMap<u32, u32>,
}

impl Ledger<'_> {
    fn enter(&mut self, delivered: &Delivered, problems: &mut Vec<Problem>) {
        let sink = self.sink.to_owned();
        let place = delivered.place.clone();
        let record = match &delivered.record {
            Ok(record) => record,
            Err(why) => {
                return problems.push(Problem::Unreadable {
                    sink,
                    place,
                    why: why.clone(),
                });
            }
        };
        let Some(token) = token(record) else {
            let what = record["title"].to_string();
            return problems.push(Problem::Unissued { sink, place, what });
        };
        let Some(wording) = self.issued.get(&token) else {
            return problems.push(Problem::Unissued {
                sink,
                place,
                what: token.to_string(),
            });
        };
        *self.times.entry(token).or_default() += 1;
        if said(record, token.article) != Some(*wording) {
            problems.push(Problem::Mixed {
                sink: sink.clone(),
                token,
            });
        }
        let revision = record["revision"].as_u64().unwrap_or(0);
        let op = record["op"].as_str().unwrap_or_default();
        if revision != u64::from(token.version)
            || op != if revision == 1 { "new" } else { "revised" }
        {
            problems.push(Problem::Misnumbered {
                sink: sink.clone(),
                token,
                revision,
                op: op.to_owned(),
            });
        }
        let id = record["id"].as_str().unwrap_or_default();
        if delivered
            .message
            .as_ref()
            .is_some_and(|(key, header)| key != id || header != op)
        {
            problems.push(Problem::Mislabelled {
                sink: sink.clone(),
                token,
            });
        }
        self.ids.note(token.article, id);
        let latest = self.latest.entry(token.article).or_insert(token.version);
        if token.version < *latest {
            let after = Token {
                article: token.article,
                version: *latest,
            };
            problems.push(Problem::OutOfOrder { sink, token, after });
        }
        *latest = token.version.max(*latest);
    }

    fn balance(&self, problems: &mut Vec<Problem>) {
        for token in self.issued.keys() {
            let (sink, token) = (self.sink.to_owned(), *token);
            match self.times.get(&token) {
                None => problems.push(Problem::Lost { sink, token }),
                Some(1) => {}
                Some(&times) => problems.push(Problem::Doubled { sink, token, times }),
            }
        }
    }
}

/// The versions that title and text name, if they name this article alone.
fn said(record: &serde_json::Value, article: u32) -> Option<Wording> {
    let version = |field: &str| match Token::all_in(record[field].as_str()?).as_slice() {
        [token] if token.article == article => Some(token.version),
        _ => None,
    };
    Some(Wording {
        title: version("title")?,
        text: version("text")?,
    })
}

/// Which article has which id, over all sinks.
#[derive(Default)]
struct Ids {
    of_article: BTreeMap<u32, BTreeSet<String>>,
    of_id: BTreeMap<String, BTreeSet<u32>>,
}

impl Ids {
    fn note(&mut self, article: u32, id: &str) {
        self.of_article
            .entry(article)
            .or_default()
            .insert(id.to_owned());
        self.of_id.entry(id.to_owned()).or_default().insert(article);
    }

    fn check(self, problems: &mut Vec<Problem>) {
        let several = self.of_article.into_iter().filter(|(_, ids)| ids.len() > 1);
        problems.extend(several.map(|(article, ids)| Problem::SeveralIds { article, ids }));
        let shared = self
            .of_id
            .into_iter()
            .filter(|(_, articles)| articles.len() > 1);
        problems.extend(shared.map(|(id, articles)| Problem::SharedId { id, articles }));
    }
}
