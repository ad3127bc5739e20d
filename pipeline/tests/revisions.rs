//! Identity and revisions, through the transform stage on a real store: which drafts become
//! records, with which id and revision.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bench;

#[path = "revisions/churn.rs"]
mod churn;
#[path = "revisions/copies.rs"]
mod copies;
#[path = "revisions/pages.rs"]
mod pages;
#[path = "revisions/reprocess.rs"]
mod reprocess;
#[path = "revisions/rules.rs"]
mod rules;

use bench::{Bench, draft};
use dateline_pipeline::draft::{Draft, Guid, Link, Text, Trust};
use dateline_pipeline::store::Commit;

/// A text long enough to be told from others by its words.
fn body(subject: &str) -> String {
    format!(
        "The council of {subject} met on the old bridge to decide about the ferry. After three hours of talk the \
         members agreed that {subject} keeps its boat, that fares stay as they are, and that the landing stage gets \
         a new roof before the winter. The captain, who has crossed the river for thirty years, said that {subject} \
         had shown good sense and that passengers should bring warm coats all the same."
    )
}

fn guid(value: &str) -> Option<Guid> {
    Some(Guid {
        value: value.to_owned(),
        trust: Trust::Stated,
    })
}

fn link(href: &str) -> Option<Link> {
    Some(Link {
        href: href.to_owned(),
        trust: Trust::Stated,
    })
}

fn item(source: &str, g: Option<&str>, l: Option<&str>, title: &str, text: &str) -> Draft {
    let mut draft = draft(source);
    draft.item.guid = g.and_then(guid);
    draft.item.link = l.and_then(link);
    draft.item.title = (!title.is_empty()).then(|| Text::plain(title));
    draft.item.content = (!text.is_empty()).then(|| Text::plain(text));
    draft
}

/// Runs drafts through the stage one by one and tells of each which article (by the order of their
/// first appearance) and revision came out, `-` for nothing.
async fn outcome(drafts: Vec<Draft>) -> Vec<String> {
    let bench = Bench::new();
    let mut known: Vec<String> = Vec::new();
    let mut outcome = Vec::new();
    for draft in drafts {
        let records = bench.transform(vec![draft]).await;
        assert!(records.len() <= 1);
        outcome.push(records.first().map_or("-".to_owned(), |record| {
            let number = known
                .iter()
                .position(|id| *id == record.id)
                .unwrap_or_else(|| {
                    known.push(record.id.clone());
                    known.len() - 1
                });
            format!("{}.{}", char::from(b'a' + number as u8), record.revision)
        }));
    }
    bench.close().await;
    outcome
}

const A: &str = "https://news.example/ferry";
const B: &str = "https://news.example/harbour";

#[tokio::test]
async fn an_unchanged_item_says_nothing_new() {
    let same = || item("f", Some("1"), Some(A), "Ferry stays", &body("Uferdorf"));
    assert_eq!(
        outcome(vec![same(), same(), same()]).await,
        ["a.1", "-", "-"]
    );
}

#[tokio::test]
async fn edited_titles_and_texts_are_revisions() {
    let text = body("Uferdorf");
    let longer = format!("{text} The roof will be green.");
    let drafts = vec![
        item("f", Some("1"), Some(A), "Ferry stays", &text),
        item("f", Some("1"), Some(A), "Ferry stays after all", &text),
        item("f", Some("1"), Some(A), "Ferry stays after all", &longer),
        item("f", Some("1"), Some(A), "Ferry stays", &text),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "a.2", "a.3", "a.4"]);
}

#[tokio::test]
async fn an_edited_title_is_a_revision_whatever_identity_the_item_has() {
    let text = body("Uferdorf");
    for (g, l) in [(Some("1"), None), (None, Some(A)), (None, None)] {
        let drafts = vec![
            item("f", g, l, "Ferry stays", &text),
            item("f", g, l, "Council lets its boat alone", &text),
            item("f", g, l, "Council lets its boat alone", &text),
        ];
        assert_eq!(
            outcome(drafts).await,
            ["a.1", "a.2", "-"],
            "guid {g:?} link {l:?}"
        );
    }
}

#[tokio::test]
async fn a_reused_guid_hides_no_article() {
    for (first, second) in [(Some(A), Some(B)), (None, None)] {
        let drafts = vec![
            item("f", Some("0"), first, "Ferry stays", &body("Uferdorf")),
            item(
                "f",
                Some("0"),
                second,
                "Harbour wins prize",
                "Judges praised lights, cranes and clean water at the \
                northern quay, where forty gardeners planted reeds in spring and sailors now hold concerts on Sundays \
                for anyone who brings a chair, a hat and some patience.",
            ),
            item("f", Some("0"), first, "Ferry stays", &body("Uferdorf")),
        ];
        assert_eq!(
            outcome(drafts).await,
            ["a.1", "b.1", "-"],
            "links {first:?} {second:?}"
        );
    }
}

#[tokio::test]
async fn guids_that_count_editions_are_one_article() {
    let text = body("Uferdorf");
    let drafts = vec![
        item(
            "f",
            Some("https://news.example/ferry#0"),
            Some(A),
            "Ferry stays",
            &text,
        ),
        item(
            "f",
            Some("https://news.example/ferry#1"),
            Some(A),
            "Ferry stays, fares too",
            &text,
        ),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "a.2"]);
}

#[tokio::test]
async fn a_moved_article_keeps_its_id() {
    let text = body("Uferdorf");
    let drafts = vec![
        item("f", Some("1"), Some(A), "Ferry stays", &text),
        item("f", Some("1"), Some(B), "Ferry stays", &text),
        item("f", None, Some(B), "Ferry stays, fares too", &text),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "-", "a.2"]);
}

#[tokio::test]
async fn a_front_page_as_link_tells_nothing_apart() {
    let drafts = vec![
        item("f", None, Some("https://news.example/"), "Ferry stays", ""),
        item(
            "f",
            None,
            Some("https://news.example/"),
            "Harbour wins prize",
            "",
        ),
        item("f", None, Some("https://news.example/"), "Ferry stays", ""),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "b.1", "-"]);
}

#[tokio::test]
async fn anchors_on_one_page_are_articles_of_their_own_where_nothing_else_names_them() {
    let drafts = |guid: Option<&'static str>| {
        vec![
            item("f", guid, Some(&format!("{A}#ferry")), "Ferry stays", ""),
            item("f", guid, Some(&format!("{A}#bakery")), "Bakery opens", ""),
            item(
                "f",
                guid,
                Some(&format!("{A}#utm_source=rss")),
                "Ferry stays, says council",
                "",
            ),
        ]
    };
    assert_eq!(outcome(drafts(None)).await, ["a.1", "b.1", "c.1"]);
    assert_eq!(outcome(drafts(Some("1"))).await, ["a.1", "a.2", "a.3"]);
}

#[tokio::test]
async fn one_url_in_three_feeds_is_one_article() {
    let text = body("Uferdorf");
    let edited = format!("{text} The roof will be green.");
    let drafts = vec![
        item(
            "world",
            Some("1"),
            Some(&format!("{A}?utm_source=world")),
            "Ferry stays",
            &text,
        ),
        item(
            "local",
            Some("77"),
            Some(&format!("{A}?utm_source=local#top")),
            "Ferry stays",
            &text,
        ),
        item(
            "boats",
            None,
            Some("http://www.news.example/ferry/"),
            "Ferry stays",
            &text,
        ),
        // The copy in step learns of the edit first, then the first feed carries the same.
        item("local", Some("77"), Some(A), "Ferry stays", &edited),
        item("world", Some("1"), Some(A), "Ferry stays", &edited),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "-", "-", "a.2", "-"]);
}

#[tokio::test]
async fn a_record_tells_where_its_article_was_seen() {
    let bench = Bench::new();
    let text = body("Uferdorf");
    let in_feed = |source: &str, title: &str| item(source, None, Some(A), title, &text);
    let first = bench.transform(vec![in_feed("world", "Ferry stays")]).await;
    assert_eq!(first[0].seen_in, ["world"]);
    // One of the others before the revision, one in its batch.
    assert!(
        bench
            .transform(vec![in_feed("local", "Ferry stays")])
            .await
            .is_empty()
    );
    let revised = bench
        .transform(vec![
            in_feed("boats", "Ferry stays"),
            in_feed("world", "Ferry stays, fares too"),
            in_feed("late", "Ferry stays, fares too"),
        ])
        .await;
    assert_eq!((revised.len(), revised[0].revision), (1, 2));
    assert_eq!(revised[0].seen_in, ["boats", "local", "world"]);
    bench.close().await;
}

#[tokio::test]
async fn sources_beyond_the_limit_are_not_named_but_the_records_own_is() {
    let bench = Bench::new();
    let text = body("Uferdorf");
    let in_feed = |source: &str, title: &str| item(source, None, Some(A), title, &text);
    let many = (0..50).map(|number| in_feed(&format!("feed-{number:02}"), "Ferry stays"));
    let first = in_feed("world", "Ferry stays");
    bench
        .transform(std::iter::once(first).chain(many).collect())
        .await;
    let revised = bench
        .transform(vec![in_feed("world", "Ferry stays, fares too")])
        .await;
    let seen_in = &revised[0].seen_in;
    assert_eq!(seen_in.len(), 32);
    assert_eq!(seen_in[0], "feed-00");
    assert!(seen_in.contains(&"world".to_owned()) && seen_in.is_sorted());
    bench.close().await;
}

#[tokio::test]
async fn what_changes_by_itself_is_no_revision() {
    let text = body("Uferdorf");
    let with = |title: &str, text: &str, change: &dyn Fn(&mut Draft)| {
        let mut draft = item("f", Some("1"), Some(A), title, text);
        draft.item.categories = vec!["Boats".to_owned(), "Rivers".to_owned()];
        draft.item.images = vec![dateline_pipeline::record::Image {
            url: Some("https://news.example/ferry.jpg?w=100".to_owned()),
            caption: Some("The ferry".to_owned()),
            ..Default::default()
        }];
        change(&mut draft);
        draft
    };
    let same = |_: &mut Draft| {};
    let html = |text: &str| {
        let value = text.to_owned();
        move |draft: &mut Draft| draft.item.content = Some(Text::html(value.clone()))
    };
    let drafts = vec![
        with("Ferry stays", &text, &same),
        with("Ferry  stays", &text.replace(' ', "  "), &same),
        with(
            "Ferry stays (12 comments)",
            &format!("{text}\n\n1,234 views"),
            &same,
        ),
        with(
            "Ferry stays (13 comments)",
            &format!("3 min read · 7 shares\n\n{text}"),
            &same,
        ),
        with(
            "Ferry stays",
            "",
            &html(&format!(
                "<p>{text}</p><p>vor 5 Minuten</p><img src=/x.gif?r=1>"
            )),
        ),
        with(
            "Ferry stays",
            "",
            &html(&format!("<div><a href='{B}?utm_source=x'>{text}</a></div>")),
        ),
        with("Ferry stays", &text, &|draft| {
            draft.item.categories.reverse()
        }),
        with("Ferry stays", &text, &|draft| {
            draft.item.images[0].url =
                Some("https://cdn.example/ferry.jpg?w=200&token=5".to_owned());
        }),
        with("Ferry stays", &text, &|draft| {
            draft.item.link = link(&format!("{A}?utm_source=x&fbclid=y"));
        }),
        with("FERRY stays", &text, &same),
        with("FERRY stays", &text.replace("thirty", "forty"), &same),
    ];
    assert_eq!(
        outcome(drafts).await,
        ["a.1", "-", "-", "-", "-", "-", "-", "-", "-", "a.2", "a.3"]
    );
}

#[tokio::test]
async fn versions_of_one_page_are_one_article_and_keep_their_addresses() {
    let bench = Bench::new();
    let text = body("Uferdorf");
    let at = |link: &str| item("f", None, Some(link), "Ferry stays", &text);
    let records = bench
        .transform(vec![
            at("https://m.news.example/ferry/amp/?utm_source=rss"),
            at("https://www.news.example/ferry?print=1"),
            at("https://www.google.com/url?q=https%3A%2F%2Fnews.example%2Fferry"),
        ])
        .await;
    let [record] = records.as_slice() else {
        panic!("{} records", records.len());
    };
    assert_eq!(
        record.canonical_url.as_deref(),
        Some("https://m.news.example/ferry/amp/")
    );
    bench.close().await;
}

#[tokio::test]
async fn a_feed_that_lags_behind_repeats_no_version() {
    let version = |source: &str, number: u32| {
        let text = format!("{} Report number {number}.", body("Uferdorf"));
        item(source, Some("1"), Some(A), "Ferry stays", &text)
    };
    let drafts = vec![
        version("first", 1),
        version("late", 1),
        version("first", 2),
        version("first", 3),
        version("late", 2),
        version("late", 3),
        // The late one may still be the first to show an edit, and the first one lag behind it.
        version("late", 4),
        version("late", 5),
        version("first", 4),
        version("first", 5),
        // What a source takes back itself is an edit.
        version("first", 6),
        version("first", 3),
        // One that joins in with an old version.
        version("later", 2),
        version("later", 3),
    ];
    let expected = [
        "a.1", "-", "a.2", "a.3", "-", "-", "a.4", "a.5", "-", "-", "a.6", "a.7", "-", "-",
    ];
    assert_eq!(outcome(drafts).await, expected);
}

#[tokio::test]
async fn a_link_that_feeds_share_hides_no_article_that_has_a_guid() {
    let shared = Some("https://news.example/warnings");
    let drafts = vec![
        item("sea", Some("s1"), shared, "Gale warning", &body("Uferdorf")),
        item(
            "land",
            Some("l1"),
            shared,
            "Earthquake drill",
            "Schools practise on Friday.",
        ),
        item(
            "land",
            Some("l2"),
            shared,
            "Library closes",
            "The roof leaks, and the books need a dry place.",
        ),
        item(
            "land",
            Some("l1"),
            shared,
            "Earthquake drill",
            "Schools practise on Friday.",
        ),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "b.1", "c.1", "-"]);
}

/// The item as a document that also holds others of its guid or link would have it.
fn in_company(mut draft: Draft) -> Draft {
    if let Some(guid) = &mut draft.item.guid {
        guid.trust = Trust::Shared;
    }
    if let Some(link) = &mut draft.item.link {
        link.trust = Trust::Shared;
    }
    draft
}

#[tokio::test]
async fn identifiers_shared_in_one_poll_and_alone_in_the_next_repeat_nothing() {
    for (g, l) in [(None, Some(A)), (Some("0"), None), (Some("0"), Some(A))] {
        let x = || item("f", g, l, "Ferry stays", &body("Uferdorf"));
        let y = || {
            item(
                "f",
                g,
                l,
                "Bakery opens",
                "Bread at last, says the street, and the queue was long.",
            )
        };
        let drafts = vec![
            x(),
            in_company(y()),
            in_company(x()),
            y(),
            x(),
            in_company(x()),
        ];
        let expected = match (g, l) {
            // A link alone is an identity: what stands alone under it is an edit of what stood there.
            (None, Some(_)) => vec!["a.1", "b.1", "-", "a.2", "a.3", "-"],
            (Some(_), None) => vec!["a.1", "b.1", "-", "-", "-", "-"],
            _ => vec!["a.1", "b.1", "-", "a.2", "a.3", "-"],
        };
        assert_eq!(outcome(drafts).await, expected, "guid {g:?} link {l:?}");
    }
}

#[tokio::test]
async fn a_renamed_feed_speaks_for_its_articles() {
    let bench = Bench::new();
    let text = body("Uferdorf");
    let version = |source: &str, number: u32| {
        vec![item(
            source,
            Some("1"),
            Some(A),
            "Ferry stays",
            &format!("{text} Report {number}."),
        )]
    };
    assert_eq!(bench.transform(version("old", 1)).await.len(), 1);
    let configured = vec!["new".to_owned()];
    bench
        .store
        .commit(Commit::Configure(configured))
        .await
        .unwrap();
    for (number, revision) in [(2, 2), (3, 3)] {
        let records = bench.transform(version("new", number)).await;
        assert_eq!(records[0].revision, revision);
    }
    bench.close().await;
}

#[tokio::test]
async fn an_aggregators_teaser_does_not_turn_an_article_back_and_forth() {
    let text = body("Uferdorf");
    let edited = format!("{text} The roof will be green.");
    let drafts = vec![
        item("paper", Some("1"), Some(A), "Ferry stays", &text),
        item(
            "links",
            Some("x9"),
            Some(A),
            "Ferry stays (12 comments)",
            "Comments",
        ),
        item(
            "links",
            Some("x9"),
            Some(A),
            "Ferry stays (13 comments)",
            "Comments",
        ),
        item("paper", Some("1"), Some(A), "Ferry stays", &edited),
        item(
            "links",
            Some("x9"),
            Some(A),
            "Ferry stays (14 comments)",
            "Comments",
        ),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "-", "-", "a.2", "-"]);
}

#[tokio::test]
async fn the_same_number_in_two_feeds_is_two_articles() {
    let drafts = vec![
        item("f", Some("1"), None, "Ferry stays", &body("Uferdorf")),
        item(
            "g",
            Some("1"),
            None,
            "Bakery opens",
            "Bread at last, says the street.",
        ),
    ];
    assert_eq!(outcome(drafts).await, ["a.1", "b.1"]);
}

fn dropped(folder: &str, path: &str, title: &str, text: &str) -> Draft {
    let mut draft = item(folder, None, None, title, text);
    draft.source.kind = dateline_pipeline::record::SourceKind::Drop;
    draft.file = Some(path.to_owned());
    draft.item.guid = Some(Guid {
        value: path.to_owned(),
        trust: Trust::Place,
    });
    draft
}

#[tokio::test]
async fn dropped_articles_are_told_apart_by_their_text_and_hinted_at_by_their_path() {
    let text = body("Uferdorf");
    let edited = format!("{text} The roof will be green.");
    let drafts = vec![
        dropped("wire", "a.txt", "Ferry stays", &text),
        // Again under another name, in another folder.
        dropped("wire", "b.txt", "Ferry stays", &text),
        dropped("desk", "c.txt", "Ferry stays", &text),
        // Edited in place.
        dropped("wire", "a.txt", "Ferry stays", &edited),
        dropped("wire", "a.txt", "Ferry stays for good", &edited),
        // Another article under the same name.
        dropped(
            "wire",
            "a.txt",
            "Bakery opens",
            "Bread at last, says the street, and the queue reached the church door \
            before seven while two dogs and a trumpet player kept everybody company until the last roll was sold.",
        ),
    ];
    assert_eq!(
        outcome(drafts).await,
        ["a.1", "-", "-", "a.2", "a.3", "b.1"]
    );
}

#[tokio::test]
async fn drafts_of_one_batch_see_each_other() {
    let bench = Bench::new();
    let text = body("Uferdorf");
    let records = bench
        .transform(vec![
            item("f", Some("1"), Some(A), "Ferry stays", &text),
            item("g", Some("9"), Some(A), "Ferry stays", &text),
            item("f", Some("1"), Some(A), "Ferry stays, fares too", &text),
            item(
                "f",
                Some("2"),
                Some(B),
                "Harbour wins prize",
                "Judges praised the lights.",
            ),
        ])
        .await;
    let revisions: Vec<_> = records
        .iter()
        .map(|record| (record.title.as_deref().unwrap(), record.revision))
        .collect();
    assert_eq!(
        revisions,
        [
            ("Ferry stays", 1),
            ("Ferry stays, fares too", 2),
            ("Harbour wins prize", 1)
        ]
    );
    assert_eq!(records[0].id, records[1].id);
    bench.close().await;
}

#[tokio::test]
async fn an_item_that_says_nothing_is_a_dead_letter() {
    let bench = Bench::new();
    let records = bench
        .transform(vec![item("f", Some("1"), Some(A), "", "")])
        .await;
    assert!(records.is_empty());
    assert_eq!(bench.status().dead_letters, 1);
    bench.close().await;
}

#[tokio::test]
async fn ids_are_the_same_in_a_new_state_folder() {
    let one = item("f", Some("1"), Some(A), "Ferry stays", "Short.");
    let (first, second) = (Bench::new(), Bench::new());
    let a = first.transform(vec![one.clone()]).await;
    let b = second.transform(vec![one]).await;
    assert_eq!(a[0].id, b[0].id);
    first.close().await;
    second.close().await;
}
