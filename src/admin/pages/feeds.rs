//! The table of feeds and drop folders: sorted, searched and paged here, so that it is the same for ten feeds and for a hundred thousand.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use dateline_config::{Config, Every};
use dateline_pipeline::clock::between;
use dateline_pipeline::store::SourceStatus;
use jiff::Timestamp;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Answer, ROWS, Visit, answer, said};
use crate::admin::Facts;
use crate::admin::html::Place;
use crate::admin::html::parts::{
    coming, condition, foreign, interval, lasting, nothing, number, past,
};
use crate::admin::html::table::{self, Column, Order, Pages};
use crate::condition::Condition;
use crate::wording::bare;

/// Most tags that are offered to filter by.
const MAX_TAGS: usize = 200;

const COLUMNS: [Column<'_>; 9] = [
    column("id", "Feed", false),
    column("health", "Health", false),
    column("rhythm", "Rhythm", true),
    column("succeeded", "Last read", false),
    column("due", "Next due", false),
    column("failing", "Failing for", true),
    column("items", "Items", true),
    column("error", "Last error", false),
    column("url", "Address", false),
];

const fn column<'c>(key: &'c str, name: &'c str, numeric: bool) -> Column<'c> {
    Column {
        key: Some(key),
        name,
        numeric,
    }
}

/// What is asked for, as it stands in the address.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    show: String,
    tag: String,
    sort: String,
    dir: String,
    page: String,
}

/// A source with how it does.
#[derive(Debug, Clone, Serialize)]
struct Row {
    id: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Where it is: a URL or a path.
    address: String,
    tags: Vec<String>,
    #[serde(skip)]
    condition: Condition,
    health: String,
    /// Seconds between its last turn and the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    rhythm_seconds: Option<u64>,
    /// Whether the configuration says how often it is asked.
    fixed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    items: u64,
}

#[derive(Serialize)]
struct Table {
    at: Timestamp,
    /// Sources in all, and those that match.
    all: usize,
    matching: usize,
    page: usize,
    pages: usize,
    sources: Vec<Row>,
    #[serde(skip)]
    tags: Vec<String>,
    #[serde(skip)]
    asked: Asked,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let config = facts.config();
    // Ten thousand rows are joined and sorted in milliseconds, but not on a thread that others wait for.
    let table = facts
        .ask(move |reader| {
            let states = reader.source_statuses()?;
            Ok(Table::of(&config, states, asked, Timestamp::now()))
        })
        .await?;
    let titled = (Place::Feeds, "Feeds");
    Ok(answer(&facts, &visit, titled, &table, show))
}

impl Table {
    fn of(config: &Config, states: Vec<SourceStatus>, asked: Asked, at: Timestamp) -> Table {
        let mut rows = rows(config, states);
        let all = rows.len();
        let tags = tags(&rows);
        let filter = Filter::of(&asked);
        rows.retain(|row| filter.takes(row));
        sort(&mut rows, &asked);
        let matching = rows.len();
        let pages = matching.div_ceil(ROWS).max(1);
        let page = asked.page.parse().unwrap_or(1).clamp(1, pages);
        let sources = rows
            .into_iter()
            .skip((page - 1) * ROWS)
            .take(ROWS)
            .collect();
        Table {
            at,
            all,
            matching,
            page,
            pages,
            sources,
            tags,
            asked,
        }
    }
}

/// The sources of the configuration, in its order, with what is known of them.
fn rows(config: &Config, states: Vec<SourceStatus>) -> Vec<Row> {
    let mut states: HashMap<String, SourceStatus> = states
        .into_iter()
        .map(|state| (state.id.clone(), state))
        .collect();
    let feeds = config.feeds.iter().map(|feed| {
        let fixed = matches!(feed.every, Every::Fixed(_));
        let address = feed.url.as_str();
        (
            &feed.id,
            "feed",
            &feed.name,
            address.to_owned(),
            &feed.tags,
            feed.enabled,
            fixed,
        )
    });
    let drops = config.drops.iter().map(|folder| {
        let address = folder.path.display().to_string();
        (
            &folder.id,
            "drop",
            &folder.name,
            address,
            &folder.tags,
            folder.enabled,
            false,
        )
    });
    feeds
        .chain(drops)
        .map(|(id, kind, name, address, tags, enabled, fixed)| {
            let state = states.remove(id);
            row(
                Row {
                    id: id.clone(),
                    kind,
                    name: name.clone(),
                    address,
                    tags: tags.clone(),
                    condition: if enabled {
                        Condition::New
                    } else {
                        Condition::Off
                    },
                    health: String::new(),
                    rhythm_seconds: None,
                    fixed,
                    succeeded: None,
                    due: None,
                    failing_since: None,
                    status: None,
                    error: None,
                    items: 0,
                },
                state,
            )
        })
        .collect()
}

/// A row with what the store knows of its source.
fn row(mut row: Row, state: Option<SourceStatus>) -> Row {
    if let Some(state) = state {
        let is_on = row.condition != Condition::Off;
        if is_on {
            row.condition = Condition::of_turn(&state.outcome, state.failures);
        }
        row.name = row.name.or(state.title);
        row.due = state.due.filter(|_| is_on);
        let wait = row.due.map(|due| between(state.attempted, due).as_secs());
        row.rhythm_seconds = wait.filter(|wait| *wait > 0);
        row.succeeded = state.succeeded;
        row.failing_since = state.failing_since;
        row.status = state.status;
        row.error = state
            .reason
            .map(|reason| bare(&reason, &row.address).to_owned());
        row.items = state.drafts;
    }
    row.health = row.condition.word();
    row
}

fn tags(rows: &[Row]) -> Vec<String> {
    let mut tags: Vec<&String> = rows.iter().flat_map(|row| &row.tags).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.into_iter().take(MAX_TAGS).cloned().collect()
}

/// Which rows are shown.
struct Filter<'f> {
    words: Vec<String>,
    show: &'f str,
    tag: &'f str,
}

impl Filter<'_> {
    fn of(asked: &Asked) -> Filter<'_> {
        let words = said(&asked.q).unwrap_or_default().to_lowercase();
        Filter {
            words: words.split_whitespace().map(str::to_owned).collect(),
            show: &asked.show,
            tag: &asked.tag,
        }
    }

    fn takes(&self, row: &Row) -> bool {
        let is_shown = match self.show {
            "failing" => matches!(row.condition, Condition::Failing(_)),
            "gone" => row.condition == Condition::Gone,
            "ok" => row.condition == Condition::Well,
            "new" => row.condition == Condition::New,
            "off" => row.condition == Condition::Off,
            _ => true,
        };
        let has_tag = self.tag.is_empty() || row.tags.iter().any(|tag| tag == self.tag);
        is_shown && has_tag && self.words.iter().all(|word| has_word(row, word))
    }
}

/// Whether a word, in lower case, stands anywhere in what is told of a source.
fn has_word(row: &Row, word: &str) -> bool {
    let texts = [
        Some(&row.id),
        row.name.as_ref(),
        Some(&row.address),
        row.error.as_ref(),
    ];
    texts
        .into_iter()
        .flatten()
        .any(|text| text.to_lowercase().contains(word))
}

/// Sorts by a column; of equal rows the order of the ids holds, and what is not known comes last, whichever way it goes.
fn sort(rows: &mut [Row], asked: &Asked) {
    let descending = asked.dir == "desc";
    let way = |order: Ordering| if descending { order.reverse() } else { order };
    rows.sort_by(|one, other| {
        let order = match asked.sort.as_str() {
            "health" => way(gravity(one.condition).cmp(&gravity(other.condition))),
            "rhythm" => known_first(one.rhythm_seconds, other.rhythm_seconds, way),
            "succeeded" => known_first(one.succeeded, other.succeeded, way),
            "due" => known_first(one.due, other.due, way),
            // Who has failed for longest began first.
            "failing" => known_first(one.failing_since, other.failing_since, |order| {
                way(order.reverse())
            }),
            "items" => way(one.items.cmp(&other.items)),
            "error" => known_first(one.error.as_ref(), other.error.as_ref(), way),
            "url" => way(one.address.cmp(&other.address)),
            "id" => way(one.id.cmp(&other.id)),
            _ => Ordering::Equal,
        };
        order.then_with(|| one.id.cmp(&other.id))
    });
}

fn known_first<T: Ord>(
    one: Option<T>,
    other: Option<T>,
    way: impl Fn(Ordering) -> Ordering,
) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => way(one.cmp(&other)),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// The worst first.
fn gravity(condition: Condition) -> (u8, u32) {
    match condition {
        Condition::Gone => (0, 0),
        Condition::Failing(failures) => (1, u32::MAX - failures),
        Condition::New => (2, 0),
        Condition::Well => (3, 0),
        Condition::Off => (4, 0),
    }
}

impl Asked {
    /// The address of the same table, with another order or page.
    fn address(&self, order: Order<'_>, page: usize) -> String {
        let page = page.to_string();
        table::address(
            "/feeds",
            &[
                ("q", self.q.trim()),
                ("show", &self.show),
                ("tag", &self.tag),
                ("sort", order.key),
                ("dir", if order.descending { "desc" } else { "" }),
                ("page", if page == "1" { "" } else { &page }),
            ],
        )
    }

    fn order(&self) -> Order<'_> {
        let key = if self.sort.is_empty() {
            "id"
        } else {
            &self.sort
        };
        Order {
            key,
            descending: self.dir == "desc",
        }
    }
}

fn show(table: &Table) -> Markup {
    html! {
        h1 { "Feeds" }
        (filter(table))
        div #feeds {
            p.count role="status" {
                (number(table.matching as u64)) " of " (number(table.all as u64)) " sources"
            }
            // Parts of the form that change with the table.
            @for (name, value) in [("sort", &table.asked.sort), ("dir", &table.asked.dir)] {
                @if !value.is_empty() { input type="hidden" form="feeds-filter" name=(name) value=(value); }
            }
            (rows_table(table))
            (table::pager("feeds", &Pages { page: table.page, pages: table.pages }, |page| table.asked.address(table.asked.order(), page)))
        }
    }
}

fn filter(table: &Table) -> Markup {
    let pair = |(value, words): (&str, &str)| (value.to_owned(), words.to_owned());
    let shown = [
        ("", "all"),
        ("failing", "failing"),
        ("gone", "gone for good"),
        ("ok", "ok"),
        ("new", "not asked yet"),
        ("off", "switched off"),
    ];
    let mut tags = vec![pair(("", "any"))];
    tags.extend(table.tags.iter().map(|tag| (tag.clone(), tag.clone())));
    let asked = &table.asked;
    table::filter(
        "feeds",
        "/feeds",
        html! {
            (table::words("q", "Search", &asked.q))
            (table::choice("show", "Show", &shown.map(pair), &asked.show))
            @if tags.len() > 1 { (table::choice("tag", "Tag", &tags, &asked.tag)) }
        },
    )
}

fn rows_table(table: &Table) -> Markup {
    let head = table::head("feeds", &COLUMNS, table.asked.order(), |order| {
        table.asked.address(order, 1)
    });
    html! {
        @if table.sources.is_empty() {
            p.quiet { @if table.all == 0 { "There is no feed in the configuration." } @else { "No feed matches." } }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Feeds" {
                table.stacked {
                    (head)
                    tbody { @for row in &table.sources { (show_row(row, table.at)) } }
                }
            }
        }
    }
}

fn show_row(row: &Row, now: Timestamp) -> Markup {
    html! {
        tr {
            th scope="row" {
                a href={ "/feeds/" (row.id) } { (row.id) }
                @if let Some(name) = &row.name { span.name { (foreign(name)) } }
                @if !row.tags.is_empty() { span.tags { @for tag in &row.tags { span.tag { (tag) } " " } } }
            }
            td data-name="Health" { (condition(row.condition)) }
            td.number data-name="Rhythm" {
                @match row.rhythm_seconds {
                    Some(seconds) => span title=(if row.fixed { "as configured" } else { "adaptive" }) { (interval(Duration::from_secs(seconds))) },
                    None => (nothing()),
                }
            }
            td data-name="Last read" { (past(row.succeeded, now)) }
            td data-name="Next due" { (coming(row.due, now)) }
            td.number data-name="Failing for" {
                @match row.failing_since { Some(since) => (lasting(since, now)), None => (nothing()) }
            }
            td.number data-name="Items" { (number(row.items)) }
            td.error data-name="Last error" { @match &row.error { Some(error) => (foreign(error)), None => (nothing()) } }
            td.address data-name="Address" { (row.address) }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    fn status(id: &str, outcome: &str, failures: u32, reason: Option<&str>) -> SourceStatus {
        let at = |second| Timestamp::from_second(second).unwrap();
        SourceStatus {
            id: id.to_owned(),
            kind: "feed".to_owned(),
            title: Some(format!("Title of {id}")),
            outcome: outcome.to_owned(),
            failures,
            failing_since: (failures > 0).then(|| at(1000 - i64::from(failures))),
            status: None,
            reason: reason.map(str::to_owned),
            drafts: u64::from(failures),
            attempted: at(1000),
            succeeded: Some(at(1000 + i64::from(failures))),
            due: (outcome != "gone").then(|| at(1600)),
        }
    }

    fn table(asked: Asked) -> Table {
        let text = "[[feeds]]\nid = \"a\"\nurl = \"https://a.example/\"\ntags = [\"x\"]\n\
             [[feeds]]\nid = \"b\"\nurl = \"https://b.example/\"\n\
             [[feeds]]\nid = \"c\"\nurl = \"https://c.example/\"\n\
             [[feeds]]\nid = \"d\"\nurl = \"https://d.example/\"\n\
             [[feeds]]\nid = \"off\"\nurl = \"https://off.example/\"\nenabled = false\n";
        let config = dateline_config::parse(text, Path::new("dateline.toml"))
            .unwrap()
            .config;
        let states = vec![
            status("a", "read", 0, None),
            status("b", "failed", 7, Some("b: HTTP 500")),
            status("c", "gone", 1, Some("c: HTTP 410")),
            status("off", "failed", 2, None),
        ];
        Table::of(
            &config,
            states,
            asked,
            Timestamp::from_second(2000).unwrap(),
        )
    }

    fn ids(asked: Asked) -> Vec<String> {
        table(asked).sources.into_iter().map(|row| row.id).collect()
    }

    fn sorted(sort: &str, dir: &str) -> Vec<String> {
        ids(Asked {
            sort: sort.to_owned(),
            dir: dir.to_owned(),
            ..Asked::default()
        })
    }

    #[test]
    fn every_column_sorts_and_what_is_not_known_comes_last() {
        assert_eq!(sorted("", ""), ["a", "b", "c", "d", "off"]);
        assert_eq!(sorted("id", "desc"), ["off", "d", "c", "b", "a"]);
        assert_eq!(sorted("health", ""), ["c", "b", "d", "a", "off"]);
        assert_eq!(sorted("failing", "desc"), ["b", "off", "c", "a", "d"]);
        assert_eq!(sorted("due", ""), ["a", "b", "c", "d", "off"]);
        assert_eq!(sorted("due", "desc"), ["a", "b", "c", "d", "off"]);
        assert_eq!(sorted("rhythm", "desc"), ["a", "b", "c", "d", "off"]);
        assert_eq!(sorted("succeeded", "desc"), ["b", "off", "c", "a", "d"]);
        assert_eq!(sorted("items", "desc"), ["b", "off", "c", "a", "d"]);
        assert_eq!(sorted("error", ""), ["b", "c", "a", "d", "off"]);
        assert_eq!(sorted("url", "desc"), ["off", "d", "c", "b", "a"]);
        assert_eq!(sorted("nonsense", ""), ["a", "b", "c", "d", "off"]);
    }

    #[test]
    fn words_conditions_and_tags_filter() {
        let find = |q: &str, show: &str, tag: &str| {
            ids(Asked {
                q: q.to_owned(),
                show: show.to_owned(),
                tag: tag.to_owned(),
                ..Asked::default()
            })
        };
        assert_eq!(find("Http 4", "", ""), ["c"]);
        assert_eq!(find("title 500", "", ""), ["b"]);
        assert_eq!(find("a.example", "", ""), ["a"]);
        assert_eq!(find("", "failing", ""), ["b"]);
        assert_eq!(find("", "gone", ""), ["c"]);
        assert_eq!(find("", "new", ""), ["d"]);
        assert_eq!(find("", "off", ""), ["off"]);
        assert_eq!(find("", "", "x"), ["a"]);
        assert!(find("zzz", "", "").is_empty());
        let none = table(Asked {
            q: "zzz".to_owned(),
            page: "99".to_owned(),
            ..Asked::default()
        });
        assert_eq!(
            (none.all, none.matching, none.page, none.pages),
            (5, 0, 1, 1)
        );
    }

    #[test]
    fn addresses_keep_what_was_asked_for() {
        let asked = Asked {
            q: " a&b ".to_owned(),
            show: "failing".to_owned(),
            ..Asked::default()
        };
        let order = Order {
            key: "due",
            descending: true,
        };
        assert_eq!(
            asked.address(order, 2),
            "/feeds?q=a%26b&show=failing&sort=due&dir=desc&page=2"
        );
    }
}
