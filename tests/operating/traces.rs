//! Traces: an article is followed from its turn to its delivery; a collector that is no good changes nothing; off by
//! default, whatever the environment says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use prost::Message;
use rusqlite::{Connection, OpenFlags};

use crate::torture::article::Token;
use crate::torture::daemon::{Daemon, dateline};
use crate::torture::newsroom::Newsroom;
use crate::torture::office::FEEDS;
use crate::torture::outputs::Tap;
use crate::torture::server::Server;
use crate::torture::setup::Setup;
use crate::torture::until;
use crate::{SOON, STOP_LIMIT};

/// What the log says while the collector takes nothing.
const NOT_TAKEN: &str = "the collector does not take traces";

/// What a collector has got: spans, and the headers that came with them.
type Got = Arc<Mutex<Vec<(HeaderMap, ResourceSpans)>>>;

/// A collector of traces.
struct Collector {
    server: Server,
    got: Got,
}

impl Collector {
    /// One that keeps what it gets.
    fn open() -> Collector {
        let got = Got::default();
        let kept = Arc::clone(&got);
        let take = async move |headers: HeaderMap, body: Bytes| {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(
                request
                    .resource_spans
                    .into_iter()
                    .map(|spans| (headers.clone(), spans)),
            );
        };
        let server = Server::open(Router::new().route("/v1/traces", post(take)));
        Collector { server, got }
    }

    /// One that answers so.
    fn answering<A, F>(answer: A) -> Collector
    where
        A: Fn() -> F + Clone + Send + Sync + 'static,
        F: Future<Output = (StatusCode, Vec<u8>)> + Send + 'static,
    {
        Collector {
            server: Server::open(Router::new().route("/v1/traces", post(answer))),
            got: Got::default(),
        }
    }

    fn configuration(&self) -> String {
        format!("[telemetry]\notlp = \"http://{}\"\n", self.server.address)
    }

    fn got(&self) -> Vec<(HeaderMap, ResourceSpans)> {
        let got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        got.clone()
    }

    fn spans(&self) -> Vec<Span> {
        let got = self.got().into_iter();
        let scopes = got.flat_map(|(_, spans)| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The first span with this name that is as it should be.
    fn wait_for(&self, name: &str, is_right: impl Fn(&Span) -> bool) -> Span {
        until(&format!("a span {name}"), SOON, || {
            let mut spans = self.spans().into_iter();
            spans.find(|span| span.name == name && is_right(span))
        })
    }
}

fn value(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match &found.value {
        Some(AnyValue {
            value: Some(any_value::Value::StringValue(text)),
        }) => Some(text.clone()),
        Some(AnyValue {
            value: Some(any_value::Value::IntValue(number)),
        }) => Some(number.to_string()),
        other => panic!("{key}: {other:?}"),
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    value(&span.attributes, key)
}

fn is(span: &Span, key: &str, wanted: &str) -> bool {
    attribute(span, key).as_deref() == Some(wanted)
}

fn links_to(span: &Span, other: &Span) -> bool {
    let mut links = span.links.iter();
    links.any(|link| link.trace_id == other.trace_id && link.span_id == other.span_id)
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A newsroom of one feed, and a daemon's place.
struct Place {
    setup: Setup,
    newsroom: Newsroom,
    config: PathBuf,
}

impl Place {
    fn new(name: &str, telemetry: &str) -> Place {
        let setup = Setup::new(name);
        let newsroom = Newsroom::open(setup.folder(), 1);
        let feeds = newsroom.feed_configuration(&[FEEDS[0].0]);
        let config = setup.configure(&(feeds + &setup.jsonl("") + telemetry));
        Place {
            setup,
            newsroom,
            config,
        }
    }

    fn start(&self, environment: &[(&str, &str)]) -> Daemon {
        let mut command = dateline();
        command.envs(environment.iter().copied());
        Daemon::spawn(command.arg("run").arg("-c").arg(&self.config))
    }

    fn print(&mut self) -> Token {
        self.newsroom.print_in(&[0], 0)
    }

    fn wait_for_records(&self, issued: &[Token]) {
        let mut tap = Tap::new(self.setup.records());
        let issued: BTreeSet<Token> = issued.iter().copied().collect();
        until("all records", SOON, || {
            issued.is_subset(tap.look()).then_some(())
        });
    }
}

/// The contexts that the state's log of `table` holds, in order.
fn traces_in(state: &Path, table: &str) -> Vec<Option<String>> {
    let file = std::fs::read_dir(state)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "db"))
        .unwrap();
    let state = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = format!("SELECT trace FROM {table} ORDER BY seq");
    let mut rows = state.prepare(&sql).unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn an_article_is_followed_from_its_turn_to_its_delivery() {
    let collector = Collector::open();
    let telemetry = collector.configuration()
        + "headers = { authorization = { env = \"TEST_OTLP\" } }\nservice_name = \"desk\"\n";
    let mut place = Place::new("traces", &telemetry);
    let issued = place.print();
    // Debug lines are said in the turn; what libraries do makes no spans.
    let environment = [
        ("TEST_OTLP", "Bearer of news"),
        ("DATELINE_LOG", "dateline_pipeline=debug,dateline=info"),
    ];
    let mut daemon = place.start(&environment);
    place.wait_for_records(&[issued]);
    let turn = collector.wait_for("collect", |span| is(span, "dateline.drafts", "1"));
    for (key, wanted) in [
        ("dateline.source", FEEDS[0].0),
        ("dateline.source.kind", "feed"),
        ("dateline.outcome", "read"),
        ("http.response.status_code", "200"),
    ] {
        assert!(is(&turn, key, wanted), "{key}: {turn:?}");
    }
    assert!(turn.parent_span_id.is_empty() && turn.links.is_empty());
    let child = |name| {
        collector.wait_for(name, |span| {
            span.trace_id == turn.trace_id && span.parent_span_id == turn.span_id
        })
    };
    let fetch = child("fetch");
    assert_eq!(fetch.kind, SpanKind::Client as i32);
    assert!(is(&fetch, "server.address", "127.0.0.1"), "{fetch:?}");
    assert!(is(&fetch, "http.request.method", "GET"), "{fetch:?}");
    assert!(is(&fetch, "http.response.status_code", "200"), "{fetch:?}");
    let (read, commit) = (child("read"), child("commit"));
    assert!(read.end_time_unix_nano <= commit.start_time_unix_nano);

    let transform = collector.wait_for("transform", |span| links_to(span, &turn));
    assert!(is(&transform, "dateline.drafts", "1"), "{transform:?}");
    assert!(is(&transform, "dateline.records", "1"), "{transform:?}");
    assert!(transform.start_time_unix_nano >= commit.start_time_unix_nano);
    // The sink opens a file first, and takes nothing with it.
    let deliver = collector.wait_for("deliver", |span| {
        links_to(span, &turn) && is(span, "dateline.records", "1")
    });
    assert_eq!(deliver.kind, SpanKind::Producer as i32);
    for (key, wanted) in [
        ("dateline.sink", "jsonl.files"),
        ("messaging.batch.message_count", "1"),
    ] {
        assert!(is(&deliver, key, wanted), "{key}: {deliver:?}");
    }
    let ids: BTreeSet<_> = [&turn, &transform, &deliver]
        .map(|span| hex(&span.trace_id))
        .into();
    assert_eq!(ids.len(), 3, "each is a trace of its own");

    let line = daemon.wait_for_log(&["\"turn\"", &hex(&turn.trace_id)], SOON);
    assert_eq!(line["trace_id"], hex(&turn.trace_id));
    assert_eq!(line["span_id"], hex(&turn.span_id));
    let carried = format!("00-{}-{}-01", hex(&turn.trace_id), hex(&turn.span_id));
    daemon.stop(STOP_LIMIT);
    for table in ["drafts", "records"] {
        let traces = traces_in(place.setup.state(), table);
        assert_eq!(traces, [Some(carried.clone())], "{table}");
    }
    let names: BTreeSet<String> = collector
        .spans()
        .into_iter()
        .map(|span| span.name)
        .collect();
    let ours = ["collect", "commit", "deliver", "fetch", "read", "transform"];
    assert_eq!(names, ours.map(str::to_owned).into());
    for (headers, spans) in collector.got() {
        assert_eq!(headers["content-type"], "application/x-protobuf");
        assert_eq!(headers["authorization"], "Bearer of news");
        let about = spans.resource.unwrap().attributes;
        assert_eq!(value(&about, "service.name").as_deref(), Some("desk"));
        let version = value(&about, "service.version");
        assert_eq!(version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn a_turn_that_fails_says_so_whatever_the_level_of_the_log() {
    let collector = Collector::open();
    let place = Place::new("traces-fail", &collector.configuration());
    let text = std::fs::read_to_string(&place.config).unwrap();
    std::fs::write(&place.config, text.replace("/feed/", "/nothing/")).unwrap();
    let mut daemon = place.start(&[("DATELINE_LOG", "error")]);
    let turn = collector.wait_for("collect", |span| is(span, "dateline.outcome", "failed"));
    let fetch = collector.wait_for("fetch", |span| span.parent_span_id == turn.span_id);
    for span in [&turn, &fetch] {
        assert_eq!(span.status.as_ref().unwrap().code, SpanStatus::Error as i32);
        assert!(is(span, "http.response.status_code", "404"), "{span:?}");
        assert!(attribute(span, "error.type").is_some(), "{span:?}");
    }
    daemon.stop(STOP_LIMIT);
}

#[test]
fn a_collector_that_is_away_or_hangs_or_refuses_changes_nothing() {
    let away = Collector::open().configuration();
    let hangs = Collector::answering(std::future::pending);
    let refuses = Collector::answering(async || (StatusCode::UNAUTHORIZED, Vec::new()));
    let was_asked = Arc::new(AtomicBool::new(false));
    let recovers = Collector::answering(move || {
        let status = match was_asked.swap(true, Ordering::Relaxed) {
            true => StatusCode::OK,
            false => StatusCode::SERVICE_UNAVAILABLE,
        };
        std::future::ready((status, Vec::new()))
    });
    let takes_some = Collector::answering(async || {
        let answer = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans: 1,
                error_message: "too old".to_owned(),
            }),
        };
        (StatusCode::OK, answer.encode_to_vec())
    });
    for (name, telemetry, said, dropped) in [
        ("away", away, Some(NOT_TAKEN), None),
        (
            "recovers",
            recovers.configuration(),
            Some("the collector takes traces again"),
            None,
        ),
        ("hangs", hangs.configuration(), None, None),
        (
            "refuses",
            refuses.configuration(),
            Some("HTTP status 401"),
            Some("refused"),
        ),
        (
            "takes-some",
            takes_some.configuration(),
            Some("too old"),
            Some("refused"),
        ),
    ] {
        let mut place = Place::new(&format!("traces-{name}"), &telemetry);
        let first = place.print();
        let mut daemon = place.start(&[]);
        place.wait_for_records(&[first]);
        if let Some(said) = said {
            daemon.wait_for_log(&[said], SOON);
        }
        if let Some(reason) = dropped {
            let name = "dateline_traces_dropped_total";
            daemon.wait_for_metric(name, &[reason], SOON, |spans| spans >= 1.0);
        }
        let second = place.print();
        place.wait_for_records(&[first, second]);
        daemon.stop(STOP_LIMIT);
        if name == "hangs" {
            let said = daemon.logged(&["did not take the last spans in time"]);
            assert!(said.is_some(), "{}", daemon.log_tail());
        }
    }
}

#[test]
fn off_by_default_whatever_the_environment_says() {
    let collector = Collector::open();
    let mut place = Place::new("traces-off", "");
    let issued = place.print();
    let endpoint = format!("http://{}", collector.server.address);
    let mut daemon = place.start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("DATELINE_LOG", "trace"),
    ]);
    place.wait_for_records(&[issued]);
    assert_eq!(daemon.metric("dateline_traces_sent_total", &[]), None);
    daemon.stop(STOP_LIMIT);
    assert!(collector.got().is_empty());
    assert_eq!(daemon.logged(&["trace_id"]), None);
    for table in ["drafts", "records"] {
        assert_eq!(traces_in(place.setup.state(), table), [None], "{table}");
    }
}
