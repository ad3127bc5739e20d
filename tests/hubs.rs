//! A hub that sends, and a daemon that is killed over what was sent: the hub is told of a success only
//! when the item is committed, so that whatever dies, the item arrives, and once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

#[allow(dead_code, reason = "each test binary uses its part of the harness")]
mod torture;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use ring::hmac;
use tokio::runtime::Runtime;

use torture::daemon::Daemon;
use torture::outputs::jsonl;
use torture::setup::Setup;
use torture::until;

/// For what takes some seconds when all is well.
const SOON: Duration = Duration::from_secs(60);

/// Commits of a feed before the hub sends: the first poll with the plan to subscribe, the request to
/// the hub, and the verification.
const BEFORE_PUSH: u64 = 3;

/// A publisher with a hub.
struct Hub {
    address: SocketAddr,
    /// The forms that subscribers sent.
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: Runtime,
}

impl Hub {
    fn open() -> Hub {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let router = Router::new()
            .route(
                "/feed",
                get(move || async move { document(address, &["first"]) }),
            )
            .route("/hub", post(subscribe))
            .with_state(Arc::clone(&asked));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Hub {
            address,
            asked,
            _runtime: runtime,
        }
    }

    /// A field of the latest request to subscribe.
    fn field(&self, name: &str) -> String {
        let form = until("a request to subscribe", SOON, || {
            self.asked.lock().unwrap().last().cloned()
        });
        let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(key, _)| *key == name);
        let value = values.next().unwrap().1;
        value.replace("%3A", ":").replace("%2F", "/")
    }

    /// Verifies the subscription; waits until the daemon listens.
    fn verify(&self) {
        let query = format!(
            "hub.mode=subscribe&hub.topic={}&hub.challenge=yes&hub.lease_seconds=86400",
            self.field("hub.topic")
        );
        let head = format!("GET {}?{query} HTTP/1.1", self.path());
        let answer = self.call(&head, &[]).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("yes"),
            "{answer}"
        );
    }

    /// Sends a content; what was answered, if anything was.
    fn push(&self, titles: &[&str]) -> Option<String> {
        let content = document(self.address, titles);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.field("hub.secret").as_bytes());
        let digest = hmac::sign(&key, content.as_bytes());
        let digits: String = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let head = format!(
            "POST {} HTTP/1.1\r\nX-Hub-Signature: sha256={digits}",
            self.path()
        );
        self.call(&head, content.as_bytes())
    }

    fn path(&self) -> String {
        let callback = self.field("hub.callback");
        let (_, name) = callback.rsplit_once('/').unwrap();
        format!("/websub/{name}")
    }

    fn call(&self, head: &str, body: &[u8]) -> Option<String> {
        let callback = self.field("hub.callback");
        let host = callback.split('/').nth(2).unwrap();
        let mut stream = TcpStream::connect(host).ok()?;
        stream.set_read_timeout(Some(SOON)).unwrap();
        let head = format!(
            "{head}\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).ok()?;
        let mut answer = String::new();
        // A daemon that was killed closes without an answer, or resets.
        stream.read_to_string(&mut answer).ok()?;
        (!answer.is_empty()).then_some(answer)
    }
}

async fn subscribe(
    State(asked): State<Arc<Mutex<Vec<String>>>>,
    form: String,
) -> axum::http::StatusCode {
    asked.lock().unwrap().push(form);
    axum::http::StatusCode::ACCEPTED
}

fn document(address: SocketAddr, titles: &[&str]) -> String {
    let entries: String = titles
        .iter()
        .map(|title| {
            format!("<entry><id>tag:hub.example,2024:{title}</id><title>{title}</title></entry>")
        })
        .collect();
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Hub</title>\
         <link rel='hub' href='http://{address}/hub'/><link rel='self' href='http://{address}/feed'/>{entries}</feed>"
    )
}

fn configure(setup: &Setup, hub: &Hub) -> PathBuf {
    // Free a moment ago, and the system does not give the same port out again soon.
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = port.local_addr().unwrap();
    setup.configure(&format!(
        "[websub]\ncallback = \"http://{listen}/websub\"\nlisten = \"{listen}\"\n\n\
         [[feeds]]\nid = \"told\"\nurl = \"http://{}/feed\"\nevery = \"1h\"\n\n{}",
        hub.address,
        setup.jsonl("")
    ))
}

fn titles(setup: &Setup) -> Vec<String> {
    let mut titles: Vec<String> = jsonl(setup.records())
        .into_iter()
        .map(|delivered| {
            delivered.record.unwrap()["title"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    titles.sort();
    titles
}

#[test]
fn what_a_hub_sent_survives_a_kill_and_arrives_once() {
    for point in ["collect.before_commit", "collect.after_commit"] {
        let setup = Setup::new("hubs");
        let hub = Hub::open();
        let config = configure(&setup, &hub);
        let mut daemon = Daemon::start_to_crash(&config, point, BEFORE_PUSH + 1);
        hub.field("hub.callback");
        hub.verify();
        daemon.wait_for_log(&["the hub will send"], SOON);
        let answer = hub.push(&["second"]);
        assert!(!answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 2")));
        daemon.wait(SOON);

        let mut daemon = Daemon::start(&config);
        until("a success", SOON, || {
            hub.push(&["second"])
                .filter(|answer| answer.starts_with("HTTP/1.1 200"))
        });
        daemon.terminate();
        assert!(daemon.wait(SOON).success());
        assert_eq!(titles(&setup), ["first", "second"], "killed at {point}");
    }
}
