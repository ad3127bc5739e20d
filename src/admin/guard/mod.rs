//! Who may come in: every request passes here before anything else looks at it.
//!
//! - It must name the port by an IP address, `localhost` or a configured name, or a web page could have its own name resolve to this machine and read
//!   what is here (DNS rebinding).
//! - One that is to change something must come from a page of ours, by what browsers say of its origin, or carry the token outright (CSRF).
//! - Where there is a token, it must carry it, or a session that was begun with it.

mod authority;
pub(super) mod login;
mod origin;
mod session;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use dateline_config::{Admin, SecretError};
use jiff::Timestamp;

use self::session::{Sessions, Token};

/// What our script says of itself with each request, and by what it is led to another page.
const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// Shortest token, in characters: what is shorter can be guessed.
const MIN_TOKEN: usize = 16;

/// What browsers may do with our pages: nothing that is not ours, no frame, no script in the page itself.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Why nobody may come in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// The token cannot be had.
    #[error("[admin] token: {0}")]
    Secret(#[from] SecretError),
    /// It can be guessed.
    #[error(
        "[admin] token is shorter than {MIN_TOKEN} characters; `openssl rand -hex 32` makes a good one"
    )]
    Short,
    /// The system has no randomness.
    #[error("[admin] token: the system gives no random numbers, which sessions need")]
    Random,
}

/// What decides who may come in.
pub(crate) struct Guard {
    /// Names of the port besides IP addresses and `localhost`.
    hosts: Vec<String>,
    /// `None` where everybody who reaches the port may come in.
    lock: Option<Lock>,
}

struct Lock {
    token: Token,
    sessions: Sessions,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It goes on.
    Welcome,
    /// It names the port by a name that is not ours.
    Misnamed,
    /// It would change something, and may come from a page of somebody else's.
    Foreign,
    /// It must say who asks.
    Stranger,
}

impl Guard {
    pub(super) fn new(admin: &Admin) -> Result<Guard, TokenError> {
        let lock = match &admin.token {
            None => None,
            Some(secret) => {
                let token = secret.reveal()?;
                if token.chars().count() < MIN_TOKEN {
                    return Err(TokenError::Short);
                }
                Some(Lock {
                    token: Token::new(&token).ok_or(TokenError::Random)?,
                    sessions: Sessions::default(),
                })
            }
        };
        Ok(Guard {
            hosts: admin.hosts.clone(),
            lock,
        })
    }

    fn judge(&self, method: &Method, path: &str, headers: &HeaderMap) -> Verdict {
        if is_probe(path) {
            return Verdict::Welcome;
        }
        let host = text(headers, header::HOST);
        if !host.is_some_and(|host| authority::is_ours(host, &self.hosts)) {
            return Verdict::Misnamed;
        }
        let bears_token = self.bears_token(headers);
        if !(method.is_safe() || bears_token || origin::is_ours(headers, host)) {
            return Verdict::Foreign;
        }
        let is_known = bears_token || self.lock.is_none() || self.has_session(headers);
        if is_known || is_open(path) {
            Verdict::Welcome
        } else {
            Verdict::Stranger
        }
    }

    fn bears_token(&self, headers: &HeaderMap) -> bool {
        let presented = text(headers, header::AUTHORIZATION).and_then(bearer);
        match (&self.lock, presented) {
            (Some(lock), Some(presented)) => lock.token.is(presented),
            _ => false,
        }
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        match (&self.lock, session::named(headers)) {
            (Some(lock), Some(id)) => lock.sessions.is_running(id, Timestamp::now()),
            _ => false,
        }
    }
}

/// What supervisors ask for, by whatever name, without a token: neither says more than yes, no, and which sink is away.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// What strangers may see: the door.
fn is_open(path: &str) -> bool {
    path == "/login" || path.starts_with("/assets/")
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Lets a request in, or says why not.
pub(super) async fn admit(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri();
    match guard.judge(request.method(), uri.path(), request.headers()) {
        Verdict::Welcome => next.run(request).await,
        Verdict::Misnamed => refuse(
            StatusCode::FORBIDDEN,
            "this port is asked by a name that is not its own; name it under [admin] hosts, or ask it by its address\n",
        ),
        Verdict::Foreign => refuse(
            StatusCode::FORBIDDEN,
            "this request does not come from a page of this port; tools send the token as Authorization: Bearer\n",
        ),
        Verdict::Stranger if wants_page(&request) => to_the_door(&request),
        Verdict::Stranger => {
            let mut answer = refuse(
                StatusCode::UNAUTHORIZED,
                "send the token of [admin] as Authorization: Bearer TOKEN\n",
            );
            let scheme = HeaderValue::from_static("Bearer realm=\"dateline\"");
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
            answer
        }
    }
}

/// Whether somebody looks at the answer.
fn wants_page(request: &Request) -> bool {
    let accepts = text(request.headers(), header::ACCEPT);
    is_in_place(request) || accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// Whether a script of ours asks, which would put the answer into the page.
fn is_in_place(request: &Request) -> bool {
    request.headers().contains_key(HX_REQUEST)
}

/// Leads to the login, and from there back: to what was to be looked at, or to the page whose button was pressed.
fn to_the_door(request: &Request) -> Response {
    let is_page = request.method().is_safe() && !is_in_place(request);
    let path = match is_page {
        true => request.uri().path_and_query().map(|path| path.as_str()),
        false => origin::page(request.headers()),
    };
    let door = login::address(path.unwrap_or("/"));
    if !is_in_place(request) {
        return Redirect::to(&door).into_response();
    }
    // A browser would follow a redirect by itself, and the script would put the door into the page.
    match HeaderValue::from_str(&door) {
        Ok(door) => [(HX_REDIRECT, door)].into_response(),
        Err(_) => Redirect::to(&door).into_response(),
    }
}

fn refuse(status: StatusCode, why: &'static str) -> Response {
    (status, why).into_response()
}

/// Puts onto every answer what keeps browsers from doing more with it than was meant.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Others learn nothing; `no-referrer` would have browsers send our own forms as if they came from nowhere.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What is shown changes by the second, and is nobody else's business; assets say otherwise themselves.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    answer
}

#[cfg(test)]
mod tests;
