//! The battery for sources is tested with a source in memory, sound and with one flaw at a time.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline_conformance::sources::{Article, SourceHarness, battery};
use dateline_pipeline::draft::{Draft, Item, Stated, Text};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::{Precision, SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, ItemKey, Outcome, Rhythm, Source, Turn};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;

/// What a source in memory does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    IgnoresWhatIsKnown,
    ForgetsWithoutCommit,
    OverlooksEdits,
    RenamesEdits,
    HidesFailures,
    NewestFirst,
}

#[derive(Clone)]
struct Shelf {
    articles: Arc<Mutex<(Vec<Article>, bool)>>,
    taken: Arc<Mutex<HashSet<ItemKey>>>,
    reference: SourceRef,
    flaw: Flaw,
}

impl Shelf {
    fn new(flaw: Flaw) -> Shelf {
        let reference = SourceRef {
            kind: SourceKind::Feed,
            id: "shelf".to_owned(),
            name: None,
            url: None,
            tags: Vec::new(),
        };
        Shelf {
            articles: Arc::default(),
            taken: Arc::default(),
            reference,
            flaw,
        }
    }

    fn gather(&self, article: &Article) -> Gathered {
        let stated = Stated {
            instant: article.published,
            raw: None,
            offset: None,
            precision: Precision::Second,
            confidence: 1.0,
        };
        let draft = Draft {
            source: self.reference.clone(),
            fetched: Timestamp::UNIX_EPOCH,
            item: Item {
                content: Some(Text::plain(&article.text)),
                published: Some(stated),
                ..Item::default()
            },
            http: None,
            file: None,
            page: None,
            page_fault: None,
            recovered: Vec::new(),
        };
        let marker = hash(article.marker());
        let name = hash(&article.name);
        let key = if self.flaw == Flaw::RenamesEdits {
            marker
        } else {
            name
        };
        let fingerprint = if self.flaw == Flaw::OverlooksEdits {
            name
        } else {
            marker
        };
        Gathered {
            key,
            fingerprint,
            draft,
        }
    }
}

fn hash(text: &str) -> [u8; 16] {
    let fold = text.bytes().fold(7_u128, |hash, byte| {
        hash.wrapping_mul(0x0100_0000_01b3) ^ u128::from(byte)
    });
    fold.to_le_bytes()
}

impl Source for Shelf {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::local(Duration::from_millis(10))
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        async move {
            let (articles, broken) = self.articles.lock().unwrap().clone();
            if broken && self.flaw != Flaw::HidesFailures {
                let outcome = Outcome::Failed {
                    fault: Fault::transient("shelf", "it fell down"),
                    retry_after: None,
                };
                return Harvest::empty(outcome, turn.memory);
            }
            let mut items: Vec<Gathered> = articles
                .iter()
                .map(|article| self.gather(article))
                .collect();
            let asked = items
                .iter()
                .map(|item| (item.key, item.fingerprint))
                .collect();
            let mut fresh = turn.seen.fresh(asked).await.unwrap().into_iter();
            items.retain(|_| fresh.next().unwrap() || self.flaw == Flaw::IgnoresWhatIsKnown);
            if self.flaw == Flaw::ForgetsWithoutCommit {
                let mut taken = self.taken.lock().unwrap();
                items.retain(|item| taken.insert(item.fingerprint));
            }
            if self.flaw == Flaw::NewestFirst {
                items.reverse();
            }
            let mut harvest = Harvest::empty(Outcome::Read, turn.memory);
            harvest.items = items;
            harvest
        }
        .boxed()
    }
}

impl SourceHarness for Shelf {
    fn make(&self) -> Box<dyn Source> {
        Box::new(self.clone())
    }

    async fn publish(&self, articles: &[Article]) {
        self.articles.lock().unwrap().0 = articles.to_vec();
    }

    async fn break_it(&self) {
        self.articles.lock().unwrap().1 = true;
    }

    async fn mend(&self) {
        self.articles.lock().unwrap().1 = false;
    }
}

#[tokio::test]
async fn a_sound_source_passes() {
    battery(Shelf::new(Flaw::None)).await;
}

/// The paused clock makes the battery's patience run out at once where it waits.
#[tokio::test(start_paused = true)]
async fn every_flaw_is_found() {
    for flaw in [
        Flaw::IgnoresWhatIsKnown,
        Flaw::ForgetsWithoutCommit,
        Flaw::OverlooksEdits,
        Flaw::RenamesEdits,
        Flaw::HidesFailures,
        Flaw::NewestFirst,
    ] {
        let found = tokio::spawn(battery(Shelf::new(flaw))).await;
        assert!(
            found.is_err_and(|error| error.is_panic()),
            "{flaw:?} passed the battery"
        );
    }
}
