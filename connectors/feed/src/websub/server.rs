//! The port that hubs call: verification by GET, contents by POST. It is open to everybody, so
//! connections, header fields, bodies and times are bounded, and one request is one connection.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::callbacks::Callbacks;
use super::hook::{Taken, Verdict, said};

/// Connections at the same time; whoever comes after waits in the system's queue.
const MAX_CONNECTIONS: usize = 128;

/// Bytes of a request's header fields.
const MAX_HEADER_BYTES: usize = 32 << 10;

/// The longest time for a request's header fields, and then for its body.
const READ_WITHIN: Duration = Duration::from_secs(15);

/// How long a hub waits for the commit. Hubs themselves give up after ten seconds or more, and come
/// again as after 503.
const COMMIT_WITHIN: Duration = Duration::from_secs(30);

/// The longest life of a connection.
const CONNECTION: Duration = Duration::from_secs(90);

/// What a hub that should come again is asked to wait, in seconds.
const COME_AGAIN: &str = "60";

/// How often it is looked whether a subscription has something to be done.
const TICK: Duration = Duration::from_secs(10);

/// A pause after the system refused to accept a connection, for want of files mostly.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

type Answer = Response<Full<Bytes>>;

/// Serves hubs until `stop`.
pub async fn serve(listener: TcpListener, callbacks: Arc<Callbacks>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (mut connections, mut farewells) = (JoinSet::new(), JoinSet::new());
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let accepting = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((listener.accept().await, place))
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            _ = ticks.tick() => {
                callbacks.tick();
                say_farewells(&callbacks, &mut farewells);
                continue;
            }
            () = callbacks.somebody_leaves() => {
                say_farewells(&callbacks, &mut farewells);
                continue;
            }
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a hub's request ended abnormally");
                }
                continue;
            }
            accepted = accepting => accepted,
        };
        match accepted {
            None => break,
            Some((Ok((stream, _)), place)) => {
                let callbacks = Arc::clone(&callbacks);
                connections.spawn(async move {
                    connection(stream, callbacks).await;
                    drop(place);
                });
            }
            Some((Err(error), _)) => {
                tracing::warn!(%error, "the callback port could not accept a connection");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
    // Requests that wait for a commit have lost it with the turn that was cut off.
    connections.shutdown().await;
    farewells.shutdown().await;
}

/// Hubs are told of those who leave, unless they are being told already.
fn say_farewells(callbacks: &Arc<Callbacks>, running: &mut JoinSet<()>) {
    while let Some(ended) = running.try_join_next() {
        if let Err(error) = ended {
            tracing::error!(%error, "telling hubs who leaves ended abnormally");
        }
    }
    if running.is_empty() {
        running.spawn(Arc::clone(callbacks).say_farewells());
    }
}

async fn connection(stream: TcpStream, callbacks: Arc<Callbacks>) {
    let service = service_fn(move |request| {
        let callbacks = Arc::clone(&callbacks);
        async move { Ok::<_, Infallible>(answer(request, &callbacks).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_WITHIN)
        .max_buf_size(MAX_HEADER_BYTES)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match tokio::time::timeout(CONNECTION, serving).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection to the callback port broke"),
        Err(_) => tracing::debug!("a connection to the callback port took too long"),
    }
}

async fn answer(request: Request<Incoming>, callbacks: &Callbacks) -> Answer {
    // A proxy may have put anything before the name, or taken it away.
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let hook = match callbacks.find(name) {
        Ok(hook) => hook,
        Err(true) => {
            return match farewell(&request, name, callbacks) {
                Some(challenge) => text(challenge),
                // It was one of ours, most likely: the hub may forget it.
                None => status(StatusCode::GONE),
            };
        }
        Err(false) => return status(StatusCode::NOT_FOUND),
    };
    match *request.method() {
        Method::GET => match hook.verify(request.uri().query().unwrap_or_default()) {
            Verdict::Confirm(challenge) => text(challenge),
            Verdict::Heard => status(StatusCode::OK),
            Verdict::Refuse => status(StatusCode::NOT_FOUND),
        },
        Method::POST => {
            let Some(room) = callbacks.room() else {
                return come_again("busy");
            };
            let header = |name| {
                request
                    .headers()
                    .get(name)?
                    .to_str()
                    .ok()
                    .map(str::to_owned)
            };
            let (signature, content_type) = (header(SIGNATURE), header(CONTENT_TYPE));
            let body = Limited::new(request.into_body(), hook.max_content());
            let bytes = match tokio::time::timeout(READ_WITHIN, body.collect()).await {
                Err(_) => return status(StatusCode::REQUEST_TIMEOUT),
                Ok(Ok(body)) => body.to_bytes().to_vec(),
                Ok(Err(error)) if error.is::<LengthLimitError>() => {
                    count("too_large");
                    callbacks.missed(&hook);
                    return status(StatusCode::PAYLOAD_TOO_LARGE);
                }
                Ok(Err(_)) => return status(StatusCode::BAD_REQUEST),
            };
            match hook.receive(bytes, content_type, signature.as_deref(), room) {
                Taken::Waits(told) => committed(told).await,
                Taken::Ignored => {
                    callbacks.forged(&hook);
                    // The recommendation asks for a success here (section 7.1): whoever guesses
                    // learns nothing.
                    status(StatusCode::ACCEPTED)
                }
                Taken::Busy => come_again("busy"),
            }
        }
        _ => status(StatusCode::METHOD_NOT_ALLOWED),
    }
}

/// What to send back to a hub that verifies that a subscription is to end.
fn farewell(request: &Request<Incoming>, name: &str, callbacks: &Callbacks) -> Option<String> {
    let query = request
        .uri()
        .query()
        .filter(|_| request.method() == Method::GET)?;
    let (topic, challenge) = (said(query, "hub.topic")?, said(query, "hub.challenge")?);
    let leaves =
        said(query, "hub.mode")? == "unsubscribe" && callbacks.confirms_farewell(name, &topic);
    leaves.then_some(challenge)
}

/// A success once the content is committed, else a request to come again.
async fn committed(told: tokio::sync::oneshot::Receiver<()>) -> Answer {
    match tokio::time::timeout(COMMIT_WITHIN, told).await {
        Ok(Ok(())) => {
            count("committed");
            status(StatusCode::OK)
        }
        Ok(Err(_)) => come_again("not_committed"),
        Err(_) => come_again("late"),
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("dateline_websub_pushes_total", "outcome" => outcome).increment(1);
}

fn come_again(outcome: &'static str) -> Answer {
    count(outcome);
    let mut answer = status(StatusCode::SERVICE_UNAVAILABLE);
    let wait = HeaderValue::from_static(COME_AGAIN);
    answer.headers_mut().insert(RETRY_AFTER, wait);
    answer
}

/// A challenge, as nothing but text: whoever got it into a browser could make a page of it.
fn text(text: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    let headers = answer.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, plain);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}
