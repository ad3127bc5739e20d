//! The list of sources changes while the stage runs: who stays is not disturbed, who leaves or changes is cut off, and
//! nothing of it is left half done.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::collecting::{Running, settings, until};
use bench::{Bench, draft, reference};
use dateline_pipeline::collect::{Polled, Roster};
use dateline_pipeline::draft::Text;
use dateline_pipeline::record::{SourceKind, SourceRef};
use dateline_pipeline::source::{Gathered, Harvest, Outcome, Rhythm, Source, Turn};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// Has an item at its first turn; its later ones, if there are any, may take for ever.
struct Paper {
    reference: SourceRef,
    every: Duration,
    bell: Arc<Notify>,
    polls: AtomicUsize,
    memories: Mutex<Vec<Value>>,
    /// From this turn on they take for ever.
    hangs_from: usize,
    /// Turns that ended, in whatever way.
    over: Arc<AtomicUsize>,
}

/// Counts when a turn ends, also when it is cut off.
struct Over(Arc<AtomicUsize>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Paper {
    fn new(id: &str) -> Paper {
        Paper {
            reference: reference(SourceKind::Feed, id),
            every: Duration::from_secs(600),
            bell: Arc::default(),
            polls: AtomicUsize::new(0),
            memories: Mutex::default(),
            hangs_from: usize::MAX,
            over: Arc::default(),
        }
    }

    fn hanging(id: &str) -> Paper {
        Paper {
            hangs_from: 1,
            ..Paper::new(id)
        }
    }

    fn polls(&self) -> usize {
        self.polls.load(Ordering::SeqCst)
    }

    fn over(&self) -> usize {
        self.over.load(Ordering::SeqCst)
    }
}

impl Source for Paper {
    fn reference(&self) -> &SourceRef {
        &self.reference
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm {
            host: Some("host".to_owned()),
            bell: Some(Arc::clone(&self.bell)),
            ..Rhythm::local(self.every)
        }
    }

    fn poll<'a>(&'a self, turn: Turn) -> BoxFuture<'a, Harvest> {
        Box::pin(async move {
            let _over = Over(Arc::clone(&self.over));
            let polls = self.polls.fetch_add(1, Ordering::SeqCst) + 1;
            self.memories.lock().unwrap().push(turn.memory);
            if polls >= self.hangs_from {
                return std::future::pending().await;
            }
            let id = &self.reference.id;
            let mut harvest = Harvest::empty(Outcome::Read, json!(format!("{id} was read")));
            let mut draft = draft(id);
            draft.item.title = Some(Text::plain(format!("News of {id}")));
            harvest.items.push(Gathered {
                key: [polls as u8; 16],
                fingerprint: [polls as u8; 16],
                draft,
            });
            harvest
        })
    }
}

fn roster(unchanged: &[&str], sources: Vec<Arc<dyn Source>>) -> Roster {
    Roster {
        settings: settings(),
        unchanged: unchanged.iter().map(|id| (*id).to_owned()).collect(),
        sources,
    }
}

fn known(bench: &Bench) -> HashSet<String> {
    let known = bench.readers.with(|reader| reader.due_sources()).unwrap();
    known.into_iter().map(|source| source.id).collect()
}

fn ids(ids: &[&str]) -> HashSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[tokio::test]
async fn who_is_added_is_asked_and_who_stays_is_left_alone() {
    let bench = Bench::new();
    let (slow, idle) = (
        Arc::new(Paper::hanging("slow")),
        Arc::new(Paper::new("idle")),
    );
    let running = Running::start(&bench, settings(), vec![slow.clone(), idle.clone()]);
    until("both", || slow.polls() == 1 && idle.over() == 1).await;
    let new = Arc::new(Paper::new("new"));
    let change = roster(&["slow", "idle"], vec![new.clone()]);
    running.rosters.change(change).await.unwrap();
    until("the new one", || bench.status().drafts.committed == 2).await;
    assert_eq!((slow.polls(), slow.over()), (1, 0), "its turn goes on");
    assert_eq!(idle.polls(), 1, "its time has not come");
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn who_leaves_is_cut_off_and_forgotten() {
    let bench = Bench::new();
    let (slow, gone) = (
        Arc::new(Paper::hanging("slow")),
        Arc::new(Paper::new("gone")),
    );
    let stays = Arc::new(Paper::new("stays"));
    let sources: Vec<Arc<dyn Source>> = vec![slow.clone(), gone.clone(), stays.clone()];
    let running = Running::start(&bench, settings(), sources);
    until("two drafts", || bench.status().drafts.committed == 2).await;
    until("the slow one", || slow.polls() == 1).await;
    running
        .rosters
        .change(roster(&["stays"], Vec::new()))
        .await
        .unwrap();
    assert_eq!(
        slow.over(),
        1,
        "nothing of it is left when the change holds"
    );
    assert_eq!(known(&bench), ids(&["stays"]));
    // Its bell is nobody's; the one that is still there is heard.
    gone.bell.notify_one();
    stays.bell.notify_one();
    until("the other's turn", || stays.polls() == 2).await;
    assert_eq!((slow.polls(), gone.polls()), (1, 1));
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn who_changes_goes_on_with_what_it_remembers() {
    let bench = Bench::new();
    let before = Paper {
        hangs_from: 2,
        ..Paper::new("paper")
    };
    let before = Arc::new(before);
    let running = Running::start(&bench, settings(), vec![before.clone()]);
    until("its draft", || bench.status().drafts.committed == 1).await;
    before.bell.notify_one();
    until("a turn that hangs", || before.polls() == 2).await;
    let after = Paper {
        every: Duration::from_secs(1),
        ..Paper::new("paper")
    };
    let after = Arc::new(after);
    let change = roster(&[], vec![after.clone()]);
    running.rosters.change(change).await.unwrap();
    assert_eq!(before.over(), 2);
    bench.clock.advance(Duration::from_secs(2));
    after.bell.notify_one();
    until("a turn of the other", || after.polls() >= 1).await;
    assert_eq!(after.memories.lock().unwrap()[0], json!("paper was read"));
    assert_eq!(before.polls(), 2);
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn numbers_go_to_others_however_often_the_list_changes() {
    let bench = Bench::new();
    let stays = Arc::new(Paper::new("stays"));
    let running = Running::start(&bench, settings(), vec![stays.clone()]);
    for round in 0..40 {
        let papers: Vec<Arc<Paper>> = (0..3)
            .map(|paper| format!("paper-{round}-{paper}"))
            .map(|id| {
                Arc::new(if round % 2 == 0 {
                    Paper::new(&id)
                } else {
                    Paper::hanging(&id)
                })
            })
            .collect();
        let sources = papers
            .iter()
            .map(|paper| Arc::clone(paper) as Arc<dyn Source>);
        let change = roster(&["stays"], sources.collect());
        running.rosters.change(change).await.unwrap();
        until("their turns", || {
            papers.iter().all(|paper| paper.polls() == 1)
        })
        .await;
    }
    running
        .rosters
        .change(roster(&["stays"], Vec::new()))
        .await
        .unwrap();
    assert_eq!(known(&bench), ids(&["stays"]));
    assert_eq!(stays.polls(), 1);
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn other_settings_hold_for_the_turns_to_come() {
    let bench = Bench::new();
    let hanging: Vec<Arc<Paper>> = (0..4)
        .map(|paper| Arc::new(Paper::hanging(&format!("paper-{paper}"))))
        .collect();
    let sources = hanging
        .iter()
        .map(|paper| Arc::clone(paper) as Arc<dyn Source>);
    let mut narrow = settings();
    narrow.max_concurrent = 2;
    let running = Running::start(&bench, narrow, sources.collect());
    // They are spread over a short while, as there are more than may begin at once.
    bench.clock.advance(Duration::from_secs(1));
    until("two turns", || {
        hanging.iter().filter(|paper| paper.polls() == 1).count() == 2
    })
    .await;
    let all = ["paper-0", "paper-1", "paper-2", "paper-3"];
    running
        .rosters
        .change(roster(&all, Vec::new()))
        .await
        .unwrap();
    until("all turns", || {
        hanging.iter().all(|paper| paper.polls() == 1)
    })
    .await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn who_is_polled_by_order_is_asked_before_its_time_and_no_other_is() {
    let bench = Bench::new();
    let (slow, idle) = (
        Arc::new(Paper::hanging("slow")),
        Arc::new(Paper::new("idle")),
    );
    let other = Arc::new(Paper::new("other"));
    let sources: Vec<Arc<dyn Source>> = vec![slow.clone(), idle.clone(), other.clone()];
    let running = Running::start(&bench, settings(), sources);
    until("two drafts", || bench.status().drafts.committed == 2).await;
    until("the slow one", || slow.polls() == 1).await;
    let poll = async |id: &str| running.rosters.poll(id.to_owned()).await.unwrap();
    assert_eq!(poll("nobody").await, None);
    assert_eq!(poll("slow").await, Some(Polled::Running));
    // It may still be committing its first turn, which is the one that is meant then.
    until("its first turn", || idle.over() == 1).await;
    while poll("idle").await != Some(Polled::Due) {}
    until("its second turn", || idle.polls() == 2).await;
    assert_eq!((slow.polls(), other.polls()), (1, 1));
    running.stop().await;
    bench.close().await;
}
