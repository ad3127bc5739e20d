//! Proxies on loopback: one that speaks HTTP, one that speaks SOCKS5 (RFC 1928, RFC 1929). Whatever a client asks them for,
//! they ask the one server that they were given.

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What a proxy was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passed {
    /// `GET http://…`, `CONNECT host:port`, or a SOCKS destination `host:port`.
    pub(crate) asked: String,
    /// The login shown: the value of `Proxy-Authorization`, or `user:password`.
    pub(crate) login: Option<String>,
}

/// A proxy on 127.0.0.1; it ends with the value.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    passed: Arc<Mutex<Vec<Passed>>>,
    accepting: JoinHandle<()>,
}

#[derive(Clone)]
enum Speaks {
    Http,
    Https(TlsAcceptor),
    Socks,
}

impl Relay {
    pub(crate) async fn http(upstream: SocketAddr) -> Relay {
        Relay::start(Speaks::Http, Some(upstream)).await
    }

    /// One that is itself asked over TLS.
    pub(crate) async fn https(upstream: SocketAddr, config: ServerConfig) -> Relay {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Relay::start(Speaks::Https(acceptor), Some(upstream)).await
    }

    pub(crate) async fn socks(upstream: SocketAddr) -> Relay {
        Relay::start(Speaks::Socks, Some(upstream)).await
    }

    /// Proxies that pass nothing on.
    pub(crate) async fn refusing_http() -> Relay {
        Relay::start(Speaks::Http, None).await
    }

    pub(crate) async fn refusing_socks() -> Relay {
        Relay::start(Speaks::Socks, None).await
    }

    async fn start(speaks: Speaks, upstream: Option<SocketAddr>) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let passed: Arc<Mutex<Vec<Passed>>> = Arc::default();
        let seen = passed.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, speaks) = (seen.clone(), speaks.clone());
                // What breaks off here is what some tests are about.
                tokio::spawn(async move {
                    drop(match speaks {
                        Speaks::Http => pass_http(stream, upstream, &seen).await,
                        Speaks::Https(acceptor) => match acceptor.accept(stream).await {
                            Ok(stream) => pass_http(stream, upstream, &seen).await,
                            Err(error) => Err(error),
                        },
                        Speaks::Socks => pass_socks(stream, upstream, &seen).await,
                    });
                });
            }
        });
        Relay {
            address,
            passed,
            accepting,
        }
    }

    pub(crate) fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap().clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

type Seen = Mutex<Vec<Passed>>;

fn note(seen: &Seen, asked: String, login: Option<String>) {
    seen.lock().unwrap().push(Passed { asked, login });
}

async fn pass_http(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    upstream: Option<SocketAddr>,
    seen: &Seen,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let asked = text.lines().next().unwrap_or_default();
    let login = text.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("proxy-authorization")
            .then(|| value.to_owned())
    });
    note(seen, asked.trim_end_matches(" HTTP/1.1").to_owned(), login);
    let Some(upstream) = upstream else {
        let refusal = b"HTTP/1.1 407 Login\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(refusal).await;
    };
    let mut server = TcpStream::connect(upstream).await?;
    if asked.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    } else {
        server.write_all(&head).await?;
    }
    io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn pass_socks(
    mut client: TcpStream,
    upstream: Option<SocketAddr>,
    seen: &Seen,
) -> io::Result<()> {
    const LOGIN: u8 = 2;
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await?;
    let methods = text(&mut client, greeting[1]).await?;
    let mut login = None;
    if methods.bytes().any(|method| method == LOGIN) {
        client.write_all(&[5, LOGIN]).await?;
        client.read_u8().await?;
        let user = counted(&mut client).await?;
        let password = counted(&mut client).await?;
        login = Some(format!("{user}:{password}"));
        client.write_all(&[1, 0]).await?;
    } else {
        client.write_all(&[5, 0]).await?;
    }
    let mut request = [0; 4];
    client.read_exact(&mut request).await?;
    let host = match request[3] {
        1 => SocketAddr::from((client.read_u32().await?.to_be_bytes(), 0))
            .ip()
            .to_string(),
        4 => Ipv6Addr::from_bits(client.read_u128().await?).to_string(),
        _ => counted(&mut client).await?,
    };
    let port = client.read_u16().await?;
    note(seen, format!("{host}:{port}"), login);
    let reply = if upstream.is_some() { 0 } else { 2 };
    client
        .write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
        .await?;
    let Some(upstream) = upstream else {
        return Ok(());
    };
    let mut server = TcpStream::connect(upstream).await?;
    io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn counted(stream: &mut TcpStream) -> io::Result<String> {
    let length = stream.read_u8().await?;
    text(stream, length).await
}

async fn text(stream: &mut TcpStream, length: u8) -> io::Result<String> {
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
