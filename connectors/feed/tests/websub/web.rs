//! A publisher and its hub on loopback, and a hub's way of calling back.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ring::hmac;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::waker::{PATIENCE, until};

/// A request with its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    path: String,
    body: Vec<u8>,
}

impl Request {
    /// A field of the form that it holds.
    pub(crate) fn field(&self, name: &str) -> String {
        let mut pairs = url::form_urlencoded::parse(&self.body);
        pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
    }
}

/// What a path is answered with.
#[derive(Debug, Clone)]
enum Answer {
    /// A status, header fields, a body.
    Given(u16, String, Vec<u8>),
    /// Nothing, until there is another answer.
    Silence,
}

type Answers = Arc<watch::Sender<HashMap<String, Answer>>>;

/// A server that gives each path one answer; it ends with the value.
pub(crate) struct Web {
    port: u16,
    answers: Answers,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Web {
    pub(crate) async fn start() -> Web {
        Web::start_at("127.0.0.1").await
    }

    pub(crate) async fn start_at(address: &str) -> Web {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(watch::Sender::new(HashMap::new()));
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (given, seen) = (answers.clone(), requests.clone());
        let connections = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&connections);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream, given.clone(), seen.clone()));
            }
        });
        Web {
            port,
            answers,
            requests,
            connections,
            accepting,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn port(&self) -> String {
        self.port.to_string()
    }

    /// Connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn serve(&self, path: &str, status: u16, body: Vec<u8>) {
        self.answer(path, status, "", body);
    }

    /// Answers with header fields besides.
    pub(crate) fn answer(&self, path: &str, status: u16, fields: &str, body: Vec<u8>) {
        self.say(path, Answer::Given(status, fields.to_owned(), body));
    }

    /// Keeps whoever asks waiting until there is another answer.
    pub(crate) fn hang(&self, path: &str) {
        self.say(path, Answer::Silence);
    }

    fn say(&self, path: &str, answer: Answer) {
        self.answers.send_modify(|answers| {
            answers.insert(path.to_owned(), answer);
        });
    }

    /// Requests to a path so far, in order.
    pub(crate) fn requests(&self, path: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        let to = requests.iter().filter(|request| request.path == path);
        to.cloned().collect()
    }

    /// Requests to a path so far.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests(path).len()
    }

    /// The request to a path with this number, from 1 on.
    pub(crate) async fn asked(&self, path: &str, number: usize) -> Request {
        until(path, || self.count(path) >= number).await;
        self.requests(path).remove(number - 1)
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(mut stream: TcpStream, answers: Answers, seen: Arc<Mutex<Vec<Request>>>) {
    let Some((head, body)) = message(&mut stream).await else {
        return;
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(Request {
        path: path.clone(),
        body,
    });
    let mut answers = answers.subscribe();
    let speaks =
        |answers: &HashMap<String, Answer>| !matches!(answers.get(&path), Some(Answer::Silence));
    let Ok(answer) = answers
        .wait_for(speaks)
        .await
        .map(|answers| answers.get(&path).cloned())
    else {
        return;
    };
    let (status, fields, body) = match answer {
        Some(Answer::Given(status, fields, body)) => (status, fields, body),
        Some(Answer::Silence) | None => (404, String::new(), Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status} Status\r\nConnection: close\r\nContent-Length: {}\r\n{fields}\r\n",
        body.len()
    );
    drop(stream.write_all(&[head.as_bytes(), &body].concat()).await);
}

/// Head and body of a message, by its length.
async fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse().ok()).flatten()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

async fn exchange(url: &str, method: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let url: url::Url = url.parse().unwrap();
    let target = &url[url::Position::BeforePath..];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that refuses a body need not read all of it.
    drop(stream.write_all(body).await);
    let (head, body) = within(message(&mut stream)).await.unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, body)
}

/// Status and body.
pub(crate) async fn get(url: &str) -> (u16, String) {
    let (status, _, body) = exchange(url, "GET", "", b"").await;
    (status, String::from_utf8(body).unwrap())
}

/// Status and head.
pub(crate) async fn post(url: &str, body: &[u8], signature: Option<&str>) -> (u16, String) {
    let signature = signature.map(|signature| format!("X-Hub-Signature: {signature}\r\n"));
    let headers = format!(
        "Content-Type: application/atom+xml\r\n{}",
        signature.unwrap_or_default()
    );
    let (status, head, _) = exchange(url, "POST", &headers, body).await;
    (status, head)
}

/// The header `X-Hub-Signature` over a content.
pub(crate) fn sign(secret: &str, content: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let digest = hmac::sign(&key, content);
    let digits: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256={digits}")
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.unwrap()
}
