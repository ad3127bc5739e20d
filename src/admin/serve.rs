//! The port itself: an address or a Unix socket, and what a connection and a request may take.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dateline_config::{Admin, Listen};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;

/// Connections at the same time, whoever comes after waits in the system's queue: a few people and what watches the daemon.
const MAX_CONNECTIONS: usize = 64;

/// Bytes of a request's line and header fields; browsers send one or two thousand.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// Header fields of a request.
const MAX_HEADERS: usize = 64;

/// The longest wait for a request's header fields, and for the next request of a connection.
const READ_WITHIN: Duration = Duration::from_secs(15);

/// The longest time for one request, its body and the questions to the store included.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The longest life of a connection, so that nobody keeps a place for ever.
const CONNECTION: Duration = Duration::from_secs(600);

/// A pause after the system refused to accept a connection, for want of files mostly.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// Who may open a socket: its owner and its group.
const SOCKET_MODE: u32 = 0o660;

/// A port that is open.
pub(crate) enum Port {
    Address(TcpListener),
    Socket(UnixListener, PathBuf),
}

/// Opens the admin port.
///
/// # Errors
/// When it is taken or not to be had.
pub(crate) async fn bind(admin: &Admin) -> anyhow::Result<Port> {
    let opened = match &admin.listen {
        Listen::Address(address) => {
            let listener = TcpListener::bind(address).await;
            listener.map(Port::Address).map_err(anyhow::Error::from)
        }
        Listen::Socket(path) => bind_socket(path),
    };
    opened.with_context(|| {
        format!(
            "the admin port {} cannot be opened; choose another [admin] listen, or set [admin] enabled = false",
            admin.listen
        )
    })
}

/// Opens a socket, in the place of one that a process that is no more has left.
fn bind_socket(path: &Path) -> anyhow::Result<Port> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            remove_stale(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(SOCKET_MODE))?;
    Ok(Port::Socket(listener, path.to_owned()))
}

fn remove_stale(path: &Path) -> anyhow::Result<()> {
    if !std::fs::symlink_metadata(path)?.file_type().is_socket() {
        bail!("there is a file that is no socket");
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)?;
            Ok(())
        }
        _ => bail!("another process serves it"),
    }
}

impl Port {
    /// Where it is, for the log.
    pub(crate) fn address(&self) -> std::io::Result<String> {
        match self {
            Port::Address(listener) => Ok(listener.local_addr()?.to_string()),
            Port::Socket(_, path) => Ok(Listen::Socket(path.clone()).to_string()),
        }
    }

    async fn accept(&self) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
        match self {
            Port::Address(listener) => Ok(Either::Left(listener.accept().await?.0)),
            Port::Socket(listener, _) => Ok(Either::Right(listener.accept().await?.0)),
        }
    }
}

/// Serves until `stop`.
pub(super) async fn serve(port: Port, router: Router, stop: CancellationToken) {
    let places = std::sync::Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepting = async {
            let place = std::sync::Arc::clone(&places).acquire_owned().await.ok()?;
            Some((port.accept().await, place))
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a request to the admin port ended abnormally");
                }
                continue;
            }
            accepted = accepting => accepted,
        };
        match accepted {
            None => break,
            Some((Ok(stream), place)) => {
                let router = router.clone();
                connections.spawn(async move {
                    connection(stream, router).await;
                    drop(place);
                });
            }
            Some((Err(error), _)) => {
                tracing::warn!(%error, "the admin port could not accept a connection");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
    connections.shutdown().await;
    if let Port::Socket(_, path) = &port
        && let Err(error) = std::fs::remove_file(path)
    {
        tracing::debug!(%error, path = %path.display(), "the admin port's socket stays behind");
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin + Send, router: Router) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_WITHIN)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    match tokio::time::timeout(CONNECTION, serving).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection to the admin port broke"),
        Err(_) => tracing::debug!("a connection to the admin port was open for too long"),
    }
}

/// Answers within the limit, or says that it takes too long.
pub(super) async fn within_time(request: Request, next: Next) -> Result<Response, Infallible> {
    let answer = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await;
    Ok(answer.unwrap_or_else(|_| {
        (StatusCode::SERVICE_UNAVAILABLE, "this takes too long\n").into_response()
    }))
}
