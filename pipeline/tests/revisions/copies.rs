//! Stories that several houses print.

use std::time::Duration;

use dateline_entities::Gazetteer;
use dateline_pipeline::draft::{Draft, Stated, Text};
use dateline_pipeline::record::{Duplicates, Precision, Record};
use dateline_pipeline::transform::copies::Settings;
use dateline_pipeline::transform::enrichment::{CopyPolicy, Enrichment, Wanted};

use super::bench::Bench;
use super::item;

/// Paragraphs of a story of our own.
const STORY: [&str; 5] = [
    "The ferry between Tarnwick and Holmgate will not sail before Thursday, the harbour office said, because a part of the engine that was made in \
     1974 has to be cast anew.",
    "About 2,300 passengers a week use the crossing, most of them on their way to the market. A bus is to leave every 40 minutes from the old customs \
     house, and the fare of 3 euros is the same.",
    "\"I have waited here for 25 minutes, and nobody told me anything,\" said Olga Tarnsen, who sells eggs in Holmgate on Mondays.",
    "The foundry in Fenbridge, the last of 12 in the county that still casts iron, had promised the part for the end of March. Its owner said that 2 \
     of his 7 workers had the flu.",
    "The council meets on Wednesday to decide whether a second boat is to be bought. It would cost 4.2 million euros, twice as much as in 2009.",
];

const ELSEWHERE: &str = "Beekeepers around Holmgate expect half of last year's honey after 19 days of rain in May, their union told the Echo. In the worst \
     of 340 hives no brood was left. The union asks the county for 80,000 euros and for flowers along 60 kilometres of road. A decision is \
     due before the summer, said Ivo Moreric, who keeps 45 hives himself and has lost 11 of them.";

/// The story as a house prints it: its first paragraphs, under an address and a headline of its own.
pub(super) fn print(house: &str, headline: &str, paragraphs: usize) -> Draft {
    let address = format!("https://{house}.example/story");
    item(
        house,
        Some(&address),
        Some(&address),
        headline,
        &STORY[..paragraphs].join("\n\n"),
    )
}

pub(super) fn with(policy: CopyPolicy, settings: Settings) -> Enrichment {
    let wanted = Wanted {
        copies: policy,
        ..Wanted::default()
    };
    let sources = ["wire", "courier", "echo", "gazette"];
    Enrichment::new(
        Gazetteer::default(),
        sources.into_iter().map(|id| (id.to_owned(), wanted)),
    )
    .with_copies(settings)
}

fn duplicates(records: &[Record]) -> &Duplicates {
    let [record] = records else {
        panic!("one record: {records:?}")
    };
    record.duplicates.as_ref().unwrap()
}

#[tokio::test]
async fn copies_name_the_story_and_others_do_not() {
    let bench = Bench::new();
    let wire = bench
        .transform(vec![print("wire", "Ferry out of service", 5)])
        .await;
    assert_eq!(wire[0].duplicates, None);
    let other = item(
        "echo",
        None,
        Some("https://echo.example/bees"),
        "Bees",
        ELSEWHERE,
    );
    assert_eq!(bench.transform(vec![other]).await[0].duplicates, None);
    // In one batch: the second is compared with the first.
    let copies = vec![
        print("courier", "No boat to Holmgate", 5),
        print("gazette", "Buses instead of boats", 3),
    ];
    let copies = bench.transform(copies).await;
    for copy in &copies {
        assert_ne!(copy.id, wire[0].id);
        let duplicates = copy.duplicates.as_ref().unwrap();
        assert_eq!(duplicates.cluster, wire[0].id);
        assert_eq!(duplicates.of.as_deref(), Some(wire[0].id.as_str()));
        assert_eq!(duplicates.similarity, Some(1.0));
    }
    // What was met first says so when it is revised, and its other revisions are compared no more.
    let mut revised = print("wire", "Ferry out of service until Thursday", 5);
    revised.item.summary = Some(Text::plain("No boat."));
    let revised = bench.transform(vec![revised]).await;
    assert_eq!(
        *duplicates(&revised),
        Duplicates {
            cluster: wire[0].id.clone(),
            of: None,
            similarity: None,
            method: None
        }
    );
    bench.close().await;
}

#[tokio::test]
async fn the_earliest_is_the_original_whenever_it_is_met() {
    let bench = Bench::new();
    let at = |mut draft: Draft, instant: &str| {
        draft.item.published = Some(Stated {
            instant: instant.parse().unwrap(),
            raw: None,
            offset: None,
            precision: Precision::Second,
            confidence: 1.0,
        });
        draft
    };
    let first = at(
        print("courier", "No boat to Holmgate", 4),
        "2026-03-01T10:00:00Z",
    );
    let first = bench.transform(vec![first]).await;
    let wire = at(
        print("wire", "Ferry out of service", 5),
        "2026-03-01T08:00:00Z",
    );
    let wire = bench.transform(vec![wire]).await;
    assert_eq!(duplicates(&wire).cluster, first[0].id);
    assert_eq!(duplicates(&wire).of, None, "it is the earliest");
    assert!(duplicates(&wire).similarity.is_some());
    let third = at(
        print("gazette", "Boat waits for a part", 4),
        "2026-03-01T11:00:00Z",
    );
    let third = bench.transform(vec![third]).await;
    assert_eq!(duplicates(&third).cluster, first[0].id);
    assert_eq!(duplicates(&third).of.as_ref(), Some(&wire[0].id));
    bench.close().await;
}

#[tokio::test]
async fn copies_may_be_left_out_or_not_looked_for() {
    for (policy, expected) in [(CopyPolicy::Drop, 0), (CopyPolicy::Pass, 1)] {
        let bench = Bench::enriching(with(policy, Settings::default()));
        let wire = bench
            .transform(vec![print("wire", "Ferry out of service", 5)])
            .await;
        assert_eq!(wire.len(), 1);
        let copies = bench.transform(vec![print("courier", "No boat", 5)]).await;
        assert_eq!(copies.len(), expected, "{policy:?}");
        assert!(copies.iter().all(|copy| copy.duplicates.is_none()));
        // Its revisions are copies too.
        let revised = bench
            .transform(vec![print("courier", "No boat today", 5)])
            .await;
        assert_eq!(revised.len(), expected, "{policy:?}");
        bench.close().await;
    }
}

#[tokio::test]
async fn copies_are_known_for_the_window_and_no_longer() {
    let hour = Duration::from_secs(3600);
    let settings = Settings {
        window: 10 * hour,
        ..Settings::default()
    };
    let bench = Bench::enriching(with(CopyPolicy::Mark, settings));
    let wire = bench
        .transform(vec![print("wire", "Ferry out of service", 5)])
        .await;
    bench.clock.advance(9 * hour);
    let copy = bench.transform(vec![print("courier", "No boat", 5)]).await;
    assert_eq!(duplicates(&copy).cluster, wire[0].id);
    bench.clock.advance(11 * hour);
    let late = bench.transform(vec![print("echo", "No boat", 5)]).await;
    assert_eq!(late[0].duplicates, None);
    let mut held = Vec::new();
    let read = bench
        .readers
        .with(|reader| reader.each_likeness(|row| held.push(row.number)));
    read.unwrap();
    assert_eq!(
        held,
        [2, 3],
        "the first has left the store, and its copy leaves with the next step"
    );
    bench.close().await;
}
