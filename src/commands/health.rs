//! `dateline health`: asks a daemon's admin port whether all is well, for health checks.
//!
//! It reads no configuration: a file with an error, which the daemon has not taken, is no reason to call it ill.

use std::time::Duration;

use dateline_config::Listen;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::{Done, Stop, ended, runtime};
use crate::cli::HealthArgs;
use crate::client;
use crate::exit::Exit;
use crate::terminal;

/// The longest that an answer may take: a little less than the five seconds after which probers give up themselves.
const PATIENCE: Duration = Duration::from_secs(4);

/// The largest answer that is read, in bytes: the reasons of all sinks.
const MAX_ANSWER: usize = 256 << 10;

pub(crate) fn health(args: &HealthArgs) -> anyhow::Result<Exit> {
    ended(runtime()?.block_on(ask(args)))
}

async fn ask(args: &HealthArgs) -> Done {
    let path = if args.ready { "/readyz" } else { "/healthz" };
    let asked = async {
        match &args.admin {
            Listen::Address(address) => get(TcpStream::connect(address).await?, path).await,
            Listen::Socket(socket) => get(UnixStream::connect(socket).await?, path).await,
        }
    };
    let answer = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("nothing came within {PATIENCE:?}")),
    };
    match answer {
        Ok((StatusCode::OK, said)) => {
            terminal::result(said.trim_end());
            Ok(Exit::Fine)
        }
        Ok((status, said)) => {
            terminal::result(said.trim_end());
            terminal::say(&format!("{} answered {status} to {path}", args.admin));
            Err(Stop::Said(Exit::Findings))
        }
        Err(reason) => {
            terminal::say(&format!(
                "no daemon answers at {}: {reason}; --admin takes another [admin] listen",
                args.admin
            ));
            Err(Stop::Said(Exit::Unavailable))
        }
    }
}

async fn get<S>(stream: S, path: &str) -> anyhow::Result<(StatusCode, String)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut sender = client::over(stream).await?;
    let request = Request::get(path)
        .header("host", "localhost")
        .body(Full::default())?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
