//! The deliver stage with a sink that fails in every way it may.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::collecting::until;
use bench::{Bench, PATIENCE, draft};
use dateline_pipeline::clock::{Dice, before};
use dateline_pipeline::deliver::{self, Deliverer, Replay, Route, SharedHealth, Since, replay};
use dateline_pipeline::draft::{Draft, Text};
use dateline_pipeline::expression::Expression;
use dateline_pipeline::fault::Fault;
use dateline_pipeline::letters::{self, Retry, World as Surroundings};
use dateline_pipeline::sink::{Appetite, Delivered, Entry, Opened, Sink, Stored};
use dateline_pipeline::store::Which;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// The other side: what was written, and how far it was confirmed.
#[derive(Default)]
struct World {
    written: Vec<i64>,
    /// Everything that was ever handed over.
    ever: Vec<i64>,
    opens: usize,
    faults: Vec<&'static str>,
    refuse: Vec<i64>,
    closed: bool,
}

/// The number up to which the sink says that it holds records, for a log of this identity.
type Held = Option<(String, i64)>;

struct FakeSink {
    world: Arc<Mutex<World>>,
    most: usize,
    position: i64,
    held: Held,
}

impl Sink for FakeSink {
    fn name(&self) -> &str {
        "fake.main"
    }

    fn appetite(&self) -> Appetite {
        Appetite {
            records: 4,
            bytes: 1 << 20,
            linger: Duration::from_millis(1),
        }
    }

    fn open<'a>(&'a mut self, stored: Stored) -> BoxFuture<'a, Result<Opened, Fault>> {
        Box::pin(async move {
            let mut world = self.world.lock().unwrap();
            world.opens += 1;
            if world.faults.last() == Some(&"open") {
                world.faults.pop();
                return Err(Fault::transient("away", "nobody there"));
            }
            world.written.retain(|seq| *seq <= stored.position);
            self.position = match &self.held {
                Some((log, held)) if *log == stored.log => *held,
                _ => stored.position,
            };
            Ok(Opened {
                position: self.position,
                detail: stored.detail,
            })
        })
    }

    fn deliver<'a>(&'a mut self, batch: &'a [Entry]) -> BoxFuture<'a, Result<Delivered, Fault>> {
        Box::pin(async move {
            let mut world = self.world.lock().unwrap();
            if batch.is_empty() {
                return Ok(Delivered::default());
            }
            let refused: Vec<_> = batch
                .iter()
                .filter(|entry| world.refuse.contains(&entry.seq))
                .map(|entry| {
                    (
                        entry.seq,
                        Fault::poison("too_large", "larger than the topic takes"),
                    )
                })
                .collect();
            if !refused.is_empty() {
                return Ok(Delivered {
                    refused,
                    ..Delivered::default()
                });
            }
            let taken = batch.len().min(self.most);
            let seqs: Vec<i64> = batch[..taken].iter().map(|entry| entry.seq).collect();
            world.written.extend(&seqs);
            world.ever.extend(&seqs);
            if world.faults.last() == Some(&"deliver") {
                world.faults.pop();
                return Err(Fault::transient(
                    "lost",
                    "the connection broke after the write",
                ));
            }
            self.position = batch[taken - 1].seq;
            Ok(Delivered {
                records: taken,
                refused: Vec::new(),
                detail: Some(json!({ "last": self.position })),
            })
        })
    }

    fn close<'a>(&'a mut self) -> BoxFuture<'a, Result<Option<Value>, Fault>> {
        Box::pin(async move {
            self.world.lock().unwrap().closed = true;
            Ok(Some(json!("closed")))
        })
    }
}

async fn with_records(count: usize) -> Bench {
    let bench = Bench::new();
    for number in 0..count {
        bench.transform(vec![story(number)]).await;
    }
    bench
}

fn story(number: usize) -> Draft {
    let mut draft = draft("f");
    draft.item.title = Some(Text::plain(format!("Story number {number}")));
    draft
}

/// Runs the stage until it has everything and is closed.
async fn run(bench: &Bench, world: &Arc<Mutex<World>>, most: usize) {
    run_holding(bench, world, most, None).await;
}

async fn run_holding(bench: &Bench, world: &Arc<Mutex<World>>, most: usize, held: Held) {
    let (stage, _) = deliverer(bench, world, most, held);
    let (stop, give_up) = (CancellationToken::new(), CancellationToken::new());
    stop.cancel();
    tokio::time::timeout(PATIENCE, stage.run(stop, give_up))
        .await
        .unwrap();
}

fn deliverer(
    bench: &Bench,
    world: &Arc<Mutex<World>>,
    most: usize,
    held: Held,
) -> (Deliverer, SharedHealth) {
    let sink = FakeSink {
        world: Arc::clone(world),
        most,
        position: 0,
        held,
    };
    let stage = Deliverer::new(
        Box::new(sink),
        bench.store.clone(),
        Arc::clone(&bench.readers),
        bench.clock.clone(),
        Dice::seeded(1),
    );
    let health = stage.health();
    (stage, health)
}

/// Runs the stage, with a condition on what goes to the sink, until it has everything and is closed.
async fn run_where(bench: &Bench, world: &Arc<Mutex<World>>, condition: &str) {
    let program = cel::Env::stdlib().compile(condition).unwrap();
    let route = Route::new(Expression::new(Arc::new(program), "sinks.fake.main"));
    let (stage, _) = deliverer(bench, world, 4, None);
    let (stop, give_up) = (CancellationToken::new(), CancellationToken::new());
    stop.cancel();
    let run = stage.with_route(Some(route)).run(stop, give_up);
    tokio::time::timeout(PATIENCE, run).await.unwrap();
}

fn position(bench: &Bench) -> i64 {
    let position = bench.readers.with(|reader| reader.position("fake.main"));
    position.unwrap().unwrap().0
}

/// Runs the stage until it says this of its sink, and gives up.
async fn run_until_said(stage: Deliverer, health: &SharedHealth, fault: &str) {
    let (stop, give_up) = (CancellationToken::new(), CancellationToken::new());
    let running = tokio::spawn(stage.run(stop.clone(), give_up.clone()));
    until(fault, || {
        health.lock().unwrap().fault.as_deref() == Some(fault)
    })
    .await;
    stop.cancel();
    give_up.cancel();
    tokio::time::timeout(PATIENCE, running)
        .await
        .unwrap()
        .unwrap();
}

/// The stage at work, and what it is told.
struct Delivering {
    orders: dateline_pipeline::deliver::Orders,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Delivering {
    fn start(bench: &Bench, world: &Arc<Mutex<World>>) -> Delivering {
        let (stage, _) = deliverer(bench, world, 4, None);
        let (orders, stop) = (stage.orders(), CancellationToken::new());
        let task = tokio::spawn(stage.run(stop.clone(), CancellationToken::new()));
        Delivering { orders, stop, task }
    }

    async fn end(self) {
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }

    async fn stop(self) {
        self.stop.cancel();
        self.end().await;
    }
}

fn has(world: &Arc<Mutex<World>>, count: usize) -> impl Fn() -> bool {
    let world = Arc::clone(world);
    move || world.lock().unwrap().ever.len() == count
}

#[tokio::test]
async fn a_replay_delivers_again_what_the_sink_had_and_nothing_else() {
    let bench = with_records(10).await;
    let world = Arc::default();
    let running = Delivering::start(&bench, &world);
    until("all", has(&world, 10)).await;
    let again = running.orders.replay(Since::Record(8)).await.unwrap();
    let wanted = Replay {
        position: 7,
        had: 10,
        records: 3,
    };
    assert_eq!(again, wanted);
    until("three again", has(&world, 13)).await;
    let nothing = running.orders.replay(Since::Record(11)).await.unwrap();
    assert_eq!(nothing.records, 0);
    bench.transform(vec![story(10)]).await;
    until("the next one", has(&world, 14)).await;
    running.stop().await;
    let ever: Vec<i64> = (1..=10).chain(8..=10).chain([11]).collect();
    assert_eq!(world.lock().unwrap().ever, ever);
    bench.close().await;
}

#[tokio::test]
async fn a_replay_goes_back_to_an_instant() {
    let bench = Bench::new();
    for number in 0..6 {
        bench.transform(vec![story(number)]).await;
        bench.clock.advance(Duration::from_secs(60));
    }
    let world = Arc::default();
    run(&bench, &world, 4).await;
    for (ago, records) in [(30, 0), (60, 1), (61, 1), (150, 2), (360, 6), (9000, 6)] {
        let since = Since::Instant(before(bench.clock.now(), Duration::from_secs(ago)));
        let sink = "fake.main".to_owned();
        let now = bench.clock.now();
        let again = replay(&bench.store, &bench.readers, sink, since, now).await;
        assert_eq!(again.unwrap().records, records, "{ago} s ago");
        run(&bench, &world, 4).await;
        assert_eq!(world.lock().unwrap().written, (1..=6).collect::<Vec<_>>());
    }
    bench.close().await;
}

#[tokio::test]
async fn a_sink_in_trouble_takes_orders_all_the_same() {
    let bench = with_records(3).await;
    let world = Arc::new(Mutex::new(World::default()));
    let running = Delivering::start(&bench, &world);
    until("all", has(&world, 3)).await;
    world.lock().unwrap().faults = vec!["open", "open"];
    running.orders.replay(Since::Record(1)).await.unwrap();
    // It fails to open and waits; the next order ends the wait.
    until("a fault", || world.lock().unwrap().faults.len() == 1).await;
    let again = running.orders.replay(Since::Record(2)).await.unwrap();
    assert_eq!(again.position, 0, "as far back as the order before");
    until("another fault", || world.lock().unwrap().faults.is_empty()).await;
    running.orders.replay(Since::Record(3)).await.unwrap();
    until("all again", has(&world, 6)).await;
    running.stop().await;
    bench.close().await;
}

#[tokio::test]
async fn a_sink_that_leaves_is_closed_and_goes_on_from_there() {
    let bench = with_records(3).await;
    let world = Arc::default();
    let running = Delivering::start(&bench, &world);
    until("all", has(&world, 3)).await;
    running.orders.leave().await;
    running.end().await;
    assert!(world.lock().unwrap().closed);
    bench.transform(vec![story(3)]).await;
    let running = Delivering::start(&bench, &world);
    until("the rest", has(&world, 4)).await;
    running.stop().await;
    assert_eq!(world.lock().unwrap().ever, [1, 2, 3, 4]);
    bench.close().await;
}

#[tokio::test]
async fn everything_arrives_in_order_whatever_the_sink_takes_at_once() {
    for most in [1, 3, 4] {
        let bench = with_records(10).await;
        let world = Arc::default();
        run(&bench, &world, most).await;
        assert_eq!(world.lock().unwrap().written, (1..=10).collect::<Vec<_>>());
        assert!(world.lock().unwrap().closed);
        let position = bench
            .readers
            .with(|reader| reader.position("fake.main"))
            .unwrap();
        assert_eq!(position, Some((10, "\"closed\"".to_owned())));
        bench.close().await;
    }
}

#[tokio::test]
async fn faults_open_the_sink_again_and_nothing_is_lost_or_doubled() {
    let bench = with_records(10).await;
    let world = Arc::new(Mutex::new(World {
        faults: vec!["deliver", "open", "deliver"],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, (1..=10).collect::<Vec<_>>());
    assert_eq!(world.lock().unwrap().opens, 4);
    bench.close().await;
}

#[tokio::test]
async fn refused_records_become_dead_letters_and_stay_out_after_a_restart() {
    let bench = with_records(10).await;
    let world = Arc::new(Mutex::new(World {
        refuse: vec![1, 6, 10],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [2, 3, 4, 5, 7, 8, 9]);
    assert_eq!(bench.status().dead_letters, 3);
    let refused = bench
        .readers
        .with(|reader| reader.refused("fake.main", 0))
        .unwrap();
    assert_eq!(refused, [1, 6, 10]);
    let position = bench
        .readers
        .with(|reader| reader.position("fake.main"))
        .unwrap();
    assert_eq!(
        position.unwrap().0,
        10,
        "the last one does not hold the position back"
    );
    run(&bench, &world, 4).await;
    assert_eq!(bench.status().dead_letters, 3);
    bench.close().await;
}

/// Has all dead letters tried again.
async fn retry_all(bench: &Bench, sinks: &[&str]) -> Retry {
    let surroundings = Surroundings {
        sinks: sinks.iter().map(|sink| (*sink).to_owned()).collect(),
        in_place: Box::new(|_, _| Ok(())),
    };
    let (store, readers) = (&bench.store, &bench.readers);
    let (which, now) = (Which::default(), bench.clock.now());
    letters::retry(store, readers, which, Arc::new(surroundings), now)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_refused_record_that_is_tried_again_goes_to_its_sink_alone_and_once() {
    let bench = with_records(4).await;
    let world = Arc::new(Mutex::new(World {
        refuse: vec![2, 3],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 4]);
    let refused = bench
        .readers
        .with(|reader| reader.records_for("fake.main", 1, 1, usize::MAX));
    world.lock().unwrap().refuse.clear();

    let retry = retry_all(&bench, &["fake.main"]).await;
    assert_eq!((retry.again.len(), retry.stay.len()), (2, 0));
    assert_eq!(bench.status().dead_letters, 0);
    assert_eq!(retry_all(&bench, &["fake.main"]).await, Retry::default());
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 4, 5, 6]);
    let again = bench
        .readers
        .with(|reader| reader.records_for("fake.main", 4, 1, usize::MAX));
    let body = |read: Result<Vec<Entry>, _>| read.unwrap_or_default().remove(0).body;
    assert_eq!(body(again), body(refused), "byte for byte");

    // Nobody else gets it, nor is it among the records as they were made.
    let others = bench.readers.with(|reader| {
        let last = reader.position_before_last(4)?;
        let other = reader.records_for("fake.other", 0, 100, usize::MAX)?;
        Ok((
            last,
            other.len(),
            reader.records_after(0, 100, usize::MAX)?.len(),
        ))
    });
    assert_eq!(others.unwrap(), (0, 4, 4));
    bench.close().await;
}

#[tokio::test]
async fn what_was_tried_again_comes_once_in_a_replay_too() {
    let bench = with_records(4).await;
    let world = Arc::new(Mutex::new(World {
        refuse: vec![2],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    world.lock().unwrap().refuse = vec![5];
    retry_all(&bench, &["fake.main"]).await;
    run(&bench, &world, 4).await;
    assert_eq!(bench.status().dead_letters, 1, "it was refused once more");
    world.lock().unwrap().refuse.clear();
    retry_all(&bench, &["fake.main"]).await;
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 3, 4, 6]);

    let (store, readers, now) = (&bench.store, &bench.readers, bench.clock.now());
    let sink = "fake.main".to_owned();
    let replay = deliver::replay(store, readers, sink, Since::Record(1), now);
    assert_eq!(replay.await.unwrap().position, 0);
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 3, 4, 6]);
    bench.close().await;
}

#[tokio::test]
async fn a_record_that_its_sink_has_not_passed_yet_is_delivered_once() {
    let bench = with_records(3).await;
    let world = Arc::new(Mutex::new(World {
        refuse: vec![2],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    // As it is after a kill between the letter's commit and that of the position.
    let (store, readers, now) = (&bench.store, &bench.readers, bench.clock.now());
    let sink = "fake.main".to_owned();
    let back = deliver::replay(store, readers, sink, Since::Record(1), now);
    back.await.unwrap();
    world.lock().unwrap().refuse.clear();
    retry_all(&bench, &["fake.main"]).await;
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 3, 4]);
    bench.close().await;
}

#[tokio::test]
async fn a_record_of_a_sink_that_gets_none_stays_a_dead_letter() {
    let bench = with_records(1).await;
    let world = Arc::new(Mutex::new(World {
        refuse: vec![1],
        ..World::default()
    }));
    run(&bench, &world, 4).await;
    let retry = retry_all(&bench, &["fake.other"]).await;
    assert!(retry.again.is_empty());
    assert!(
        retry.stay[0]
            .reason
            .contains("no sink fake.main gets records")
    );
    assert_eq!(bench.status().dead_letters, 1);
    bench.close().await;
}

#[tokio::test]
async fn the_position_moves_over_records_that_go_elsewhere() {
    for (condition, taken) in [
        ("record.title.matches('[27]$')", vec![3, 8]),
        ("record.title.matches('[0-4]$')", vec![1, 2, 3, 4, 5]),
        ("record.title == 'Story number 9'", vec![10]),
        ("record.publisher == 'nobody'", vec![]),
    ] {
        let bench = with_records(10).await;
        let world = Arc::default();
        run_where(&bench, &world, condition).await;
        let written: Vec<i64> = world.lock().unwrap().written.clone();
        assert_eq!(written, taken.clone(), "{condition}");
        assert_eq!(position(&bench), 10, "{condition}");
        run_where(&bench, &world, "true").await;
        assert_eq!(
            world.lock().unwrap().written,
            taken,
            "{condition}: what was passed over stays so"
        );
        bench.close().await;
    }
}

#[tokio::test]
async fn a_condition_that_fails_holds_nothing_back() {
    let bench = with_records(3).await;
    let world = Arc::default();
    run_where(&bench, &world, "record.title + 1 == 'x'").await;
    assert_eq!(world.lock().unwrap().written, [1, 2, 3]);
    bench.close().await;
}

#[tokio::test]
async fn faults_and_refusals_leave_no_hole_where_records_go_elsewhere() {
    let bench = with_records(12).await;
    let world = Arc::new(Mutex::new(World {
        faults: vec!["deliver", "open", "deliver"],
        refuse: vec![3, 9],
        ..World::default()
    }));
    // Every other record.
    run_where(&bench, &world, "record.title.matches('[02468]$')").await;
    assert_eq!(world.lock().unwrap().written, [1, 5, 7, 11]);
    assert_eq!(bench.status().dead_letters, 2);
    assert_eq!(position(&bench), 12);
    bench.close().await;
}

#[tokio::test]
async fn giving_up_leaves_the_rest_for_the_next_start() {
    let bench = with_records(3).await;
    let world = Arc::new(Mutex::new(World {
        faults: vec!["open"; 1000],
        ..World::default()
    }));
    let (stage, health) = deliverer(&bench, &world, 4, None);
    assert_eq!(
        health.lock().unwrap().fault.as_deref(),
        Some("not open yet")
    );
    run_until_said(stage, &health, "nobody there").await;
    assert!(world.lock().unwrap().written.is_empty());
    world.lock().unwrap().faults.clear();
    run(&bench, &world, 4).await;
    assert_eq!(world.lock().unwrap().written, [1, 2, 3]);
    bench.close().await;
}

#[tokio::test]
async fn a_state_folder_older_than_the_sink_loses_nothing() {
    let bench = with_records(3).await;
    let log = bench.store.log().to_owned();
    let world = Arc::default();
    // The sink holds nine records of a log that knows of three.
    run_holding(&bench, &world, 4, Some((log.clone(), 9))).await;
    assert_eq!(world.lock().unwrap().written, [1, 2, 3]);
    assert_eq!(world.lock().unwrap().opens, 2);
    let others = bench.readers.with(|reader| reader.log()).unwrap();
    assert_eq!(others, log, "what other sinks hold goes on to count");
    bench.close().await;
}

#[tokio::test]
async fn a_state_folder_older_than_the_sink_is_noticed_though_the_sink_was_away_at_first() {
    let bench = with_records(3).await;
    let held = Some((bench.store.log().to_owned(), 5));
    let world = Arc::new(Mutex::new(World {
        faults: vec!["open"; 1000],
        ..World::default()
    }));
    let (stage, health) = deliverer(&bench, &world, 4, held.clone());
    run_until_said(stage, &health, "nobody there").await;
    // The next start finds as many records as the sink holds, and more.
    for number in 3..6 {
        bench.transform(vec![story(number)]).await;
    }
    world.lock().unwrap().faults.clear();
    run_holding(&bench, &world, 4, held).await;
    assert_eq!(world.lock().unwrap().written, [1, 2, 3, 4, 5, 6]);
    bench.close().await;
}
