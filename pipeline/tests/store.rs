//! The store: durability, group commits, limits, pruning, and who may open it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::time::Duration;

use bench::{Bench, PATIENCE, draft, source_row};
use dateline_pipeline::draft::Text;
use dateline_pipeline::store::{
    self, Becomes, Brought, CollectCommit, Commit, DeliverCommit, DraftRow, Holder, Keeper,
    RecordRow, Retention, SeenRow, StoreError, TransformCommit, Tuning, holder, refresh_horizon,
};

fn filled(text: &str) -> dateline_pipeline::draft::Draft {
    let mut draft = draft("f");
    draft.item.title = Some(Text::plain(text));
    draft
}

fn one_draft(source: &str, draft: String) -> Brought {
    let row = DraftRow {
        source: source.to_owned(),
        draft,
        trace: None,
    };
    Brought {
        drafts: vec![row],
        ..Brought::default()
    }
}

/// Commits that source `s` holds an item with key 1 and fingerprint 7.
async fn commit_item(bench: &Bench) {
    let row = SeenRow {
        key: [1; 16],
        fingerprint: [7; 16],
    };
    let brought = Brought {
        seen: vec![row],
        ..Brought::default()
    };
    let source = source_row("s", bench.clock.now());
    bench.commit_turn(source, brought).await;
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_who_holds_the_folder() {
    let bench = Bench::new();
    let path = bench.folder.path();
    assert_eq!(holder(path), Holder::Process(Some(std::process::id())));
    let error = store::open(path, Tuning::default()).map(drop).unwrap_err();
    assert!(matches!(error, StoreError::InUse { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(
        error
            .to_string()
            .contains("in use by another dateline process"),
        "{error}"
    );
    let Bench { folder, store, .. } = bench;
    store.close(false).await;
    assert_eq!(holder(folder.path()), Holder::Nobody);
    let (store, _) = store::open(folder.path(), Tuning::default()).unwrap();
    store.close(false).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let error = store::open(&file.join("state"), Tuning::default())
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("cannot be used"), "{error}");
}

#[tokio::test]
async fn commits_of_many_tasks_are_all_there_in_order() {
    let bench = Bench::new();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..50 {
        let (store, now) = (bench.store.clone(), bench.clock.now());
        tasks.spawn(async move {
            for number in 0..20 {
                let commit = CollectCommit {
                    at: now,
                    source: source_row(&format!("s{task}"), now),
                    took: Duration::from_millis(40),
                    hold: None,
                    brought: one_draft(&format!("s{task}"), number.to_string()),
                };
                store
                    .commit(Commit::Collect(Box::new(commit)))
                    .await
                    .unwrap();
            }
        });
    }
    tasks.join_all().await;
    let drafts = bench
        .readers
        .with(|reader| reader.drafts_after(0, 10_000, usize::MAX))
        .unwrap();
    assert_eq!(drafts.len(), 1000);
    for task in 0..50 {
        let source = format!("s{task}");
        let numbers: Vec<u32> = drafts
            .iter()
            .filter(|entry| entry.source == source)
            .map(|entry| entry.draft.parse().unwrap())
            .collect();
        assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    }
    let vitals = *bench.store.vitals().borrow();
    assert_eq!(vitals.drafts_head, 1000);
    assert_eq!(
        vitals.drafts_bytes,
        drafts
            .iter()
            .map(|entry| entry.draft.len() as u64)
            .sum::<u64>()
    );
    bench.close().await;
}

#[tokio::test]
async fn reading_stops_at_the_byte_limit_but_gives_at_least_one() {
    let bench = Bench::new();
    bench
        .commit_drafts((0..10).map(|_| filled(&"x".repeat(1000))).collect())
        .await;
    let read = |bytes| {
        bench
            .readers
            .with(|reader| reader.drafts_after(0, 100, bytes))
            .unwrap()
            .len()
    };
    assert_eq!(read(1), 1);
    assert_eq!(read(3000), 2);
    assert_eq!(read(usize::MAX), 10);
    bench.close().await;
}

#[tokio::test]
async fn a_full_disk_is_waited_for_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        max_pages: Some(40),
        ..Tuning::default()
    };
    let (store, readers) = store::open(folder.path(), tuning).unwrap();
    let mut committed = 0;
    let commit = |number: usize| {
        let now = jiff::Timestamp::UNIX_EPOCH;
        Commit::Collect(Box::new(CollectCommit {
            at: now,
            source: source_row("s", now),
            took: Duration::from_millis(40),
            hold: None,
            brought: one_draft("s", format!("{number:05}{}", "x".repeat(20_000))),
        }))
    };
    // The database is full after some commits; the one that finds it so waits.
    let waiting = loop {
        let (store, next) = (store.clone(), commit(committed));
        let mut task = tokio::spawn(async move { store.commit(next).await });
        match tokio::time::timeout(Duration::from_secs(2), &mut task).await {
            Ok(done) => {
                done.unwrap().unwrap();
                committed += 1;
                assert!(committed < 100, "the limit is not in force");
            }
            Err(_) => break task,
        }
    };
    assert!(committed > 0);
    assert!(
        store.trouble().unwrap().contains("full"),
        "{:?}",
        store.trouble()
    );
    assert!(!waiting.is_finished());
    // Giving up hands the commit back as failed instead of pretending.
    store.close(true).await;
    assert!(waiting.await.unwrap().unwrap_err().is_transient());
    let drafts = readers
        .with(|reader| reader.drafts_after(0, 1000, usize::MAX))
        .unwrap();
    assert_eq!(drafts.len(), committed);
}

#[tokio::test]
async fn items_are_fresh_until_committed_and_again_when_changed_or_nearly_forgotten() {
    let bench = Bench::new();
    let memory = Duration::from_secs(90 * 86_400);
    commit_item(&bench).await;
    let fresh = |source: &str, items: &[([u8; 16], [u8; 16])]| {
        let horizon = refresh_horizon(bench.clock.now(), memory);
        bench
            .readers
            .with(|reader| reader.fresh(source, items, horizon))
            .unwrap()
    };
    assert_eq!(
        fresh(
            "s",
            &[([1; 16], [7; 16]), ([1; 16], [8; 16]), ([2; 16], [7; 16])]
        ),
        [false, true, true]
    );
    assert_eq!(fresh("other", &[([1; 16], [7; 16])]), [true]);
    bench.clock.advance(memory / 2 + Duration::from_secs(1));
    assert_eq!(fresh("s", &[([1; 16], [7; 16])]), [true]);
    bench.close().await;
}

async fn upkeep(bench: &Bench, keeper: &mut Keeper) {
    while tokio::time::timeout(PATIENCE, keeper.step(&bench.store, &bench.readers))
        .await
        .unwrap()
        .unwrap()
    {}
}

fn retention(max_bytes: u64) -> Retention {
    Retention {
        max_bytes,
        max_age: Duration::from_secs(7 * 86_400),
        article_memory: Duration::from_secs(90 * 86_400),
        sinks: vec!["jsonl.main".to_owned()],
    }
}

async fn deliver_to(bench: &Bench, position: i64) {
    let commit = DeliverCommit {
        at: bench.clock.now(),
        sink: "jsonl.main".to_owned(),
        position,
        detail: "null".to_owned(),
        dead_letters: Vec::new(),
    };
    bench.store.commit(Commit::Deliver(commit)).await.unwrap();
}

#[tokio::test]
async fn entries_leave_by_age_only_when_everybody_has_passed_them() {
    let bench = Bench::new();
    for number in 0..5 {
        bench
            .transform(vec![filled(&format!("Story number {number}"))])
            .await;
    }
    let mut keeper = Keeper::new(retention(1 << 30), bench.clock.clone());
    bench.clock.advance(Duration::from_secs(8 * 86_400));
    deliver_to(&bench, 2).await;
    upkeep(&bench, &mut keeper).await;
    let status = bench.status();
    assert_eq!(
        (status.drafts.held, status.records.held),
        (0, 3),
        "two records have been delivered"
    );
    deliver_to(&bench, 5).await;
    upkeep(&bench, &mut keeper).await;
    let status = bench.status();
    assert_eq!(
        (
            status.records.held,
            status.records.bytes,
            status.records.committed
        ),
        (0, 0, 5)
    );
    bench.close().await;
}

#[tokio::test]
async fn entries_leave_by_size_the_oldest_first() {
    let bench = Bench::new();
    for number in 0..20 {
        bench
            .transform(vec![filled(&format!(
                "Story number {number} {}",
                "word ".repeat(400)
            ))])
            .await;
    }
    deliver_to(&bench, 20).await;
    let held = bench.store.vitals().borrow().bytes();
    let mut keeper = Keeper::new(retention(held), bench.clock.clone());
    upkeep(&bench, &mut keeper).await;
    let vitals = *bench.store.vitals().borrow();
    assert!(vitals.bytes() <= held * 3 / 4, "{vitals:?}");
    assert!(
        vitals.bytes() >= held / 2,
        "no more than needed leaves: {vitals:?}"
    );
    let records = bench
        .readers
        .with(|reader| reader.records_after(0, 100, usize::MAX))
        .unwrap();
    assert_eq!(records.len(), 20, "drafts go before records");
    bench.close().await;
}

#[tokio::test]
async fn drafts_that_a_job_has_before_it_stay_as_long_as_there_is_room() {
    let bench = Bench::new();
    for number in 0..20 {
        let title = format!("Story number {number} {}", "word ".repeat(400));
        bench.transform(vec![filled(&title)]).await;
    }
    deliver_to(&bench, 20).await;
    bench.clock.advance(Duration::from_secs(8 * 86_400));
    bench.begin_job(Becomes::Replacements).await;
    // Too old, but there is room for them; records are no concern of the job.
    let held = bench.store.vitals().borrow().bytes();
    let mut keeper = Keeper::new(retention(held * 10 / 8), bench.clock.clone());
    upkeep(&bench, &mut keeper).await;
    let status = bench.status();
    assert_eq!((status.drafts.held, status.records.held), (20, 0));
    // No room: as many leave as must.
    let held = bench.store.vitals().borrow().bytes();
    keeper.keep(retention(held));
    upkeep(&bench, &mut keeper).await;
    let left = 20 - bench.status().drafts.held;
    assert!((1..20).contains(&left), "{left}");
    assert!(bench.store.vitals().borrow().bytes() <= held * 9 / 10);
    bench.finish_job().await;
    let job = bench.readers.with(|reader| reader.last_job()).unwrap();
    let tally = job.unwrap().tally;
    assert_eq!((tally.gone, tally.drafts), (left, 20 - left));
    upkeep(&bench, &mut keeper).await;
    assert_eq!(bench.status().drafts.held, 0);
    bench.close().await;
}

#[tokio::test]
async fn memories_leave_when_their_source_no_longer_holds_them() {
    let bench = Bench::new();
    bench.transform(vec![filled("A story of its own")]).await;
    commit_item(&bench).await;
    let count = |table: &str| {
        let path = bench.folder.path().join(store::DATABASE);
        let connection = rusqlite::Connection::open(path).unwrap();
        let sql = format!("SELECT count(*) FROM {table}");
        connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    // A turn that goes through all items, or finds that nothing changed.
    let turn = async |read: bool| {
        let now = bench.clock.now();
        for id in ["s", "f"] {
            let mut source = source_row(id, now);
            source.last_read = read.then_some(now);
            bench.commit_turn(source, Brought::default()).await;
        }
    };
    // One sweep goes through three tables; what belongs to an article goes with it.
    let sweep = async |keeper: &mut Keeper| {
        for _ in 0..3 {
            upkeep(&bench, keeper).await;
        }
        ["seen", "articles", "article_keys", "sightings", "versions"].map(|table| count(table) > 0)
    };
    turn(true).await;
    bench.clock.advance(Duration::from_secs(91 * 86_400));
    let mut keeper = Keeper::new(retention(1 << 30), bench.clock.clone());
    assert_eq!(
        sweep(&mut keeper).await,
        [true; 5],
        "no turn yet: too early to tell"
    );
    bench.clock.advance(Duration::from_secs(7 * 3600));
    turn(false).await;
    assert_eq!(
        sweep(&mut keeper).await,
        [true; 5],
        "unchanged for months is still there"
    );
    turn(true).await;
    assert_eq!(
        sweep(&mut keeper).await,
        [false; 5],
        "gone through without meeting them"
    );
    bench.close().await;
}

#[tokio::test]
async fn a_commit_survives_reopening_and_positions_go_with_it() {
    let bench = Bench::new();
    bench.transform(vec![filled("A story of its own")]).await;
    deliver_to(&bench, 1).await;
    let log = bench.store.log().to_owned();
    let Bench { folder, store, .. } = bench;
    store.close(false).await;
    let (store, readers) = store::open(folder.path(), Tuning::default()).unwrap();
    assert_eq!(store.log(), log);
    let vitals = *store.vitals().borrow();
    assert_eq!(
        (vitals.drafts_head, vitals.records_head, vitals.transformed),
        (1, 1, 1)
    );
    let position = readers
        .with(|reader| reader.position("jsonl.main"))
        .unwrap();
    assert_eq!(position, Some((1, "null".to_owned())));
    store.close(false).await;
}

#[tokio::test]
async fn a_batch_that_was_read_from_another_position_leaves_nothing() {
    let bench = Bench::new();
    bench.transform(vec![filled("A story of its own")]).await;
    let stale = TransformCommit {
        at: bench.clock.now(),
        from: 0,
        position: 1,
        records: vec![RecordRow {
            id: "0".repeat(32),
            revision: 1,
            op: "new",
            kind: "feed",
            source: "f".to_owned(),
            language: None,
            record: "{}".to_owned(),
            trace: None,
        }],
        ..TransformCommit::default()
    };
    let refused = bench.store.commit(Commit::Transform(stale)).await;
    assert!(
        matches!(refused, Err(StoreError::Sqlite { .. })),
        "{refused:?}"
    );
    let vitals = *bench.store.vitals().borrow();
    assert_eq!((vitals.records_head, vitals.transformed), (1, 1));
    bench.transform(vec![filled("Another story")]).await;
    assert_eq!(bench.store.vitals().borrow().records_head, 2);
    bench.close().await;
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let bench = Bench::new();
    let store = bench.store.clone();
    bench.close().await;
    let error = store
        .commit(Commit::Transform(TransformCommit::default()))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Closed));
}
