//! A small web on loopback: pages with one feed, with several, with none.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

const HARBOUR: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour News</title><link>https://harbour.example/news</link>
<item><title>Ferry stays</title><guid>f-1</guid><pubDate>Mon, 02 Mar 2026 08:30:00 +0100</pubDate></item>
<item><title>Ferry late</title><guid>f-0</guid><pubDate>Sun, 01 Mar 2026 08:30:00 +0100</pubDate></item>
</channel></rss>"#;

const SPORTS: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Sports on the Quay</title>
<item><title>Rowing</title><guid>s-1</guid></item></channel></rss>"#;

const ONE: &str = r#"<!doctype html><html><head><title>Harbour</title>
<link rel="alternate" type="application/rss+xml" title="News" href="/harbour.xml"></head><body>News.</body></html>"#;

const SEVERAL: &str = r#"<!doctype html><html><head>
<link rel="alternate" type="application/rss+xml" href="/harbour.xml">
<link rel="alternate" type="application/rss+xml" href="/sports.xml"></head><body>News.</body></html>"#;

/// The server; its thread ends with the test's process.
pub(crate) struct Web {
    address: SocketAddr,
}

impl Web {
    pub(crate) fn start() -> Web {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || answer(stream));
            }
        });
        Web { address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Lets a configuration ask this machine.
    pub(crate) fn allow(&self, config: &Path) {
        let text = std::fs::read_to_string(config).unwrap();
        let text = format!(
            "{text}\n[collect]\nper_host_spacing = \"0s\"\n\n[http]\nallow_networks = [\"127.0.0.0/8\"]\n"
        );
        std::fs::write(config, text).unwrap();
    }
}

fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let request = lines.next().and_then(Result::ok).unwrap_or_default();
    while lines
        .next()
        .and_then(Result::ok)
        .is_some_and(|line| !line.is_empty())
    {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = match path {
        "/one" => ("200 OK", "text/html", ONE),
        "/several" => ("200 OK", "text/html", SEVERAL),
        "/nothing" => ("200 OK", "text/html", "<!doctype html><p>Nothing here."),
        "/harbour.xml" => ("200 OK", "application/rss+xml", HARBOUR),
        "/sports.xml" => ("200 OK", "application/rss+xml", SPORTS),
        "/trouble" => ("503 Service Unavailable", "text/plain", "later"),
        "/closed.xml" => ("410 Gone", "text/plain", "closed"),
        _ => ("404 Not Found", "text/plain", "none"),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // A client that has gone away has seen enough.
    drop(stream.write_all(answer.as_bytes()));
}
