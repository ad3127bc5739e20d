//! The socket in the state folder by which commands speak to the daemon that works there: HTTP, for the daemon's own user
//! alone.
//!
//! | request | answer |
//! |---|---|
//! | `POST /v1/reload` | what has changed, or 422 with what is wrong |
//! | `POST /v1/replay` | what is delivered again, or 404 with the sinks that there are; 409 while an earlier order is under way |
//! | `POST /v1/poll` | what the turn of a source waits for that is to be asked now, or 404 |
//! | `POST /v1/dead-letters/retry` | which dead letters are tried again, and which stay and why |
//! | `POST /v1/dead-letters/drop` | how many dead letters were thrown away |
//! | `POST /v1/reprocess` | the job that makes records anew, or the one that runs already |
//! | `POST /v1/reprocess/cancel` | the job that has ended by it, or null where none ran |
//! | `GET /v1/sinks` | how every sink does |
//! | `GET /v1/records?last=N` | the latest N records and all that are made from now on, one a line, for as long as the connection lasts |

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use dateline_pipeline::deliver::Since;
use dateline_pipeline::letters;
use dateline_pipeline::store::{Readers, Store, StoreError, Which, Wish};
use futures::{Stream, stream};
use jiff::Timestamp;
use rustix::fs::{Mode, fchmod};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::{UnixListener, UnixSocket};
use tokio_util::sync::CancellationToken;

use super::Sinks;
use super::control::{Control, NoPoll, NoReplay};

/// Name of the socket in the state folder.
const NAME: &str = "control.sock";

/// Connections that wait to be taken up.
const BACKLOG: u32 = 64;

/// The longest path of a socket on all systems that we know, in bytes.
const LONGEST_PATH: usize = 100;

/// The most of the latest records that one who follows them may begin with.
pub(crate) const MOST_LATEST: i64 = 1000;

/// Records and bytes of them that are read at a time for one who follows them.
const RECORDS: u32 = 256;
const RECORD_BYTES: usize = 1 << 20;

/// From where on records are delivered again, as a request says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplayRequest {
    /// The sink's name: `jsonl.NAME` or `kafka.NAME`.
    pub(crate) sink: String,
    /// The instant from which on, or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Timestamp>,
    /// the number of the first record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<i64>,
}

/// What is delivered again, as the answer says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplayAnswer {
    /// The record after which the sink goes on.
    pub(crate) position: i64,
    /// Records that it gets again.
    pub(crate) records: u64,
}

/// Who is to be asked now, as a request says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PollRequest {
    /// Id of the feed or drop folder.
    pub(crate) source: String,
}

/// How a sink does, as the answer says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SinkAnswer {
    /// Its name.
    pub(crate) name: String,
    /// The last record that it has.
    pub(crate) position: i64,
    /// Why nothing is delivered at present.
    pub(crate) fault: Option<String>,
}

/// What requests are answered from.
pub(crate) struct Daemon {
    pub(crate) control: Control,
    pub(crate) sinks: Sinks,
    pub(crate) store: Store,
    pub(crate) readers: Arc<Readers>,
}

/// Where the socket of a state folder is. A path that is too long for a socket leads over the folder's descriptor, which
/// must stay open.
pub(crate) fn address(state: &Path) -> std::io::Result<(PathBuf, Option<File>)> {
    let path = state.join(NAME);
    if path.as_os_str().len() <= LONGEST_PATH {
        return Ok((path, None));
    }
    let folder = File::open(state)?;
    let short = format!("/proc/self/fd/{}/{NAME}", folder.as_raw_fd());
    Ok((short.into(), Some(folder)))
}

/// Opens the socket in a state folder that this process has locked.
///
/// # Errors
/// When the folder takes no socket.
pub(crate) fn bind(state: &Path) -> anyhow::Result<UnixListener> {
    let what = || {
        format!(
            "the socket for commands cannot be opened in {}",
            state.display()
        )
    };
    let (path, _folder) = address(state).with_context(what)?;
    // One that is there is of a process that has ended, as the folder is ours.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(what);
        }
        Ok(()) | Err(_) => {}
    }
    let socket = UnixSocket::new_stream().with_context(what)?;
    // Before it has a name, so that nobody else ever gets in.
    fchmod(&socket, Mode::RUSR | Mode::WUSR).with_context(what)?;
    socket.bind(&path).with_context(what)?;
    socket.listen(BACKLOG).with_context(what)
}

/// Serves until `stop`.
pub(crate) async fn serve(listener: UnixListener, daemon: Daemon, stop: CancellationToken) {
    let router = Router::new()
        .route("/v1/reload", post(reload))
        .route("/v1/replay", post(replay))
        .route("/v1/poll", post(poll))
        .route("/v1/dead-letters/retry", post(retry))
        .route("/v1/dead-letters/drop", post(throw_away))
        .route("/v1/reprocess", post(reprocess))
        .route("/v1/reprocess/cancel", post(end_reprocess))
        .route("/v1/sinks", get(sinks))
        .route("/v1/records", get(records))
        .with_state(Arc::new(daemon));
    // Who follows records never ends, so the connections are not waited for.
    let served = stop.run_until_cancelled(axum::serve(listener, router).into_future());
    if let Some(Err(error)) = served.await {
        tracing::error!(%error, "commands are not answered any more");
    }
}

async fn reload(State(daemon): State<Arc<Daemon>>) -> Response {
    match daemon.control.reload("a command").await {
        None => stopping(),
        Some(Ok(applied)) => Json(applied).into_response(),
        Some(Err(refused)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &refused.to_string()),
    }
}

async fn replay(State(daemon): State<Arc<Daemon>>, Json(request): Json<ReplayRequest>) -> Response {
    let since = match (request.since, request.record) {
        (Some(instant), None) => Since::Instant(instant),
        (None, Some(number)) => Since::Record(number),
        _ => return refuse(StatusCode::BAD_REQUEST, "say either `since` or `record`"),
    };
    match daemon.control.replay(request.sink, since).await {
        None => stopping(),
        Some(Ok(replay)) => Json(ReplayAnswer {
            position: replay.position,
            records: replay.records,
        })
        .into_response(),
        Some(Err(error @ NoReplay::Unknown { .. })) => {
            refuse(StatusCode::NOT_FOUND, &error.to_string())
        }
        Some(Err(error @ NoReplay::UnderWay { .. })) => {
            refuse(StatusCode::CONFLICT, &error.to_string())
        }
        Some(Err(error @ NoReplay::Store(_))) => {
            refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
        }
    }
}

async fn poll(State(daemon): State<Arc<Daemon>>, Json(request): Json<PollRequest>) -> Response {
    match daemon.control.poll(request.source).await {
        None => stopping(),
        Some(Ok(polled)) => Json(polled).into_response(),
        Some(Err(error @ NoPoll::Store(_))) => {
            refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string())
        }
        Some(Err(error)) => refuse(StatusCode::NOT_FOUND, &error.to_string()),
    }
}

async fn retry(State(daemon): State<Arc<Daemon>>, Json(which): Json<Which>) -> Response {
    obeyed(daemon.control.retry(which).await)
}

async fn throw_away(State(daemon): State<Arc<Daemon>>, Json(which): Json<Which>) -> Response {
    match letters::drop(&daemon.store, &daemon.readers, which).await {
        Ok(dropped) => Json(dropped).into_response(),
        Err(error) => refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

async fn reprocess(State(daemon): State<Arc<Daemon>>, Json(wish): Json<Wish>) -> Response {
    obeyed(daemon.control.reprocess(wish).await)
}

async fn end_reprocess(State(daemon): State<Arc<Daemon>>) -> Response {
    obeyed(daemon.control.end_reprocess().await)
}

async fn sinks(State(daemon): State<Arc<Daemon>>) -> Json<Vec<SinkAnswer>> {
    let sinks = daemon.sinks.now().into_iter();
    Json(
        sinks
            .map(|sink| SinkAnswer {
                name: sink.name,
                position: sink.health.position,
                fault: sink.health.fault,
            })
            .collect(),
    )
}

/// Where one begins who follows the records.
#[derive(Debug, Deserialize)]
struct Beginning {
    #[serde(default)]
    last: i64,
}

async fn records(
    State(daemon): State<Arc<Daemon>>,
    Query(beginning): Query<Beginning>,
) -> Response {
    let last = beginning.last.clamp(0, MOST_LATEST);
    let from = daemon
        .readers
        .ask(move |reader| reader.position_before_last(last));
    let from = match from.await {
        Ok(from) => from,
        Err(error) => return refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    };
    let body = Body::from_stream(follow(daemon, from));
    ([("content-type", "application/x-ndjson")], body).into_response()
}

/// Records after `position`, a chunk of lines at a time. Who reads slowly is waited for: nothing is held but the chunk.
fn follow(daemon: Arc<Daemon>, position: i64) -> impl Stream<Item = Result<Vec<u8>, StoreError>> {
    let vitals = daemon.store.vitals();
    stream::try_unfold(
        (daemon, vitals, position),
        |(daemon, mut vitals, position)| async move {
            let ahead = vitals
                .wait_for(|vitals| vitals.records_head > position)
                .await;
            let Ok(head) = ahead.map(|vitals| vitals.records_head) else {
                return Ok(None);
            };
            let entries = daemon
                .readers
                .ask(move |reader| reader.records_after(position, RECORDS, RECORD_BYTES))
                .await?;
            // None, where they have left the log already.
            let last = entries.last().map_or(head, |entry| entry.seq);
            let mut lines = Vec::new();
            for entry in entries {
                lines.extend(entry.body);
                lines.push(b'\n');
            }
            Ok(Some((lines, (daemon, vitals, last))))
        },
    )
}

/// What an order came to that only the store can fail; `None` of a daemon that is stopping.
fn obeyed<T: Serialize>(done: Option<Result<T, StoreError>>) -> Response {
    match done {
        None => stopping(),
        Some(Ok(done)) => Json(done).into_response(),
        Some(Err(error)) => refuse(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

fn stopping() -> Response {
    refuse(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping")
}
