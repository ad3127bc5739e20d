//! Speaks to the daemon that works on a state folder, over its socket.

use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use dateline_pipeline::store::{Holder, holder};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;

use crate::daemon::socket;

/// The longest that an order may take: a sink that leaves is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// The largest answer that is not a stream, in bytes: a list of every feed of a large configuration.
const MAX_ANSWER: usize = 16 << 20;

/// Why the daemon cannot be asked, or does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// Nobody works on the folder.
    #[error("no daemon works on {0}: start one with `dateline run`")]
    NotRunning(String),
    /// There is a daemon, and it does not answer.
    #[error("the daemon that works on {state} does not answer: {reason}")]
    Silent {
        /// The state folder.
        state: String,
        /// What was met.
        reason: String,
    },
    /// It answers that it does not do it.
    #[error("{reason}")]
    Refused {
        /// The status of its answer.
        status: StatusCode,
        /// Why.
        reason: String,
    },
}

/// A connection to a daemon.
pub(crate) struct Client {
    sender: http1::SendRequest<Full<Bytes>>,
    state: String,
}

impl Client {
    /// Connects to the daemon that works on the folder `state`.
    pub(crate) async fn connect(state: &Path) -> Result<Client, ClientError> {
        let named = state.display().to_string();
        if matches!(holder(state), Holder::Nobody) {
            return Err(ClientError::NotRunning(named));
        }
        let silent = |error: &dyn std::fmt::Display| ClientError::Silent {
            state: named.clone(),
            reason: error.to_string(),
        };
        let (path, _folder) = socket::address(state).map_err(|error| silent(&error))?;
        let stream = UnixStream::connect(path).await;
        let stream = stream.map_err(|error| silent(&error))?;
        let sender = over(stream).await.map_err(|error| silent(&error))?;
        Ok(Client {
            sender,
            state: named,
        })
    }

    /// Gives an order; its answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| self.silent(&error))?;
        self.ask(Method::POST, path, body).await
    }

    /// Asks for something.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ClientError> {
        self.ask(Method::GET, path, Vec::new()).await
    }

    /// Asks for lines that go on coming.
    pub(crate) async fn stream(&mut self, path: &str) -> Result<Incoming, ClientError> {
        let answer = self.send(Method::GET, path, Vec::new()).await?;
        Ok(answer.into_body())
    }

    async fn ask<T: DeserializeOwned>(
        &mut self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<T, ClientError> {
        let asked = tokio::time::timeout(PATIENCE, async {
            let answer = self.send(method, path, body).await?;
            let body = read(answer).await.map_err(|error| self.silent(&error))?;
            serde_json::from_slice(&body).map_err(|error| self.silent(&error))
        });
        match asked.await {
            Ok(answer) => answer,
            Err(_) => Err(self.silent(&format!("nothing came within {PATIENCE:?}"))),
        }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, ClientError> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "dateline")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| self.silent(&error))?;
        // After an answer the connection takes a moment until it takes the next request; asked before, it refuses.
        let ready = self.sender.ready().await;
        ready.map_err(|error| self.silent(&error))?;
        let answer = self.sender.send_request(request).await;
        let answer = answer.map_err(|error| self.silent(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = read(answer).await.map_err(|error| self.silent(&error))?;
        let said: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
        let reason = said.as_ref().and_then(|said| said["error"].as_str());
        Err(ClientError::Refused {
            status,
            reason: reason.map_or_else(
                || format!("the daemon answered {status}: another version?"),
                str::to_owned,
            ),
        })
    }

    fn silent(&self, error: &dyn std::fmt::Display) -> ClientError {
        ClientError::Silent {
            state: self.state.clone(),
            reason: error.to_string(),
        }
    }
}

/// Speaks HTTP over a stream.
pub(crate) async fn over<S>(stream: S) -> hyper::Result<http1::SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to the daemon broke");
        }
    });
    Ok(sender)
}

async fn read(
    answer: Response<Incoming>,
) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let body = Limited::new(answer.into_body(), MAX_ANSWER);
    Ok(body.collect().await?.to_bytes())
}
