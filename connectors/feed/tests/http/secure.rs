//! A server behind TLS that speaks HTTP/2 and HTTP/1.1, as the client wishes, and the authority that vouches for it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::FEED;

pub(crate) const HTTP_2: &[u8] = b"h2";
pub(crate) const HTTP_1: &[u8] = b"http/1.1";

/// An authority that no system knows.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// TLS in the name of a host.
    pub(crate) fn vouch(&self, host: &str, protocols: &[&[u8]]) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        config
    }
}

/// A request as the server understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) version: Version,
    pub(crate) path: String,
    /// Whether it came with `Authorization`.
    pub(crate) login: bool,
}

type Answer = dyn Fn(&str) -> Response<Full<Bytes>> + Send + Sync;

/// A server on 127.0.0.1; it ends with the value.
pub(crate) struct Secure {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Secure {
    /// A server in the name of `host`, that has a feed at each path.
    pub(crate) async fn start(authority: &Authority, host: &str, protocols: &[&[u8]]) -> Secure {
        let feed = |_: &str| Response::new(Full::new(Bytes::from_static(FEED)));
        Secure::answering(authority, host, protocols, feed).await
    }

    pub(crate) async fn answering(
        authority: &Authority,
        host: &str,
        protocols: &[&[u8]],
        answer: impl Fn(&str) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Secure {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(authority.vouch(host, protocols)));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let connections: Arc<AtomicUsize> = Arc::default();
        let answer: Arc<Answer> = Arc::new(answer);
        let (seen, made) = (asked.clone(), connections.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                made.fetch_add(1, Ordering::SeqCst);
                let (seen, answer) = (seen.clone(), answer.clone());
                tokio::spawn(serve(stream, acceptor.clone(), seen, answer));
            }
        });
        Secure {
            address,
            asked,
            connections,
            accepting,
        }
    }

    /// An address by name, which a test's resolver must know.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}{path}", self.address.port())
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn versions(&self) -> Vec<Version> {
        self.asked().iter().map(|asked| asked.version).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    seen: Arc<Mutex<Vec<Asked>>>,
    answer: Arc<Answer>,
) {
    // Clients that do not trust the certificate end it here.
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let two = stream.get_ref().1.alpn_protocol() == Some(HTTP_2);
    let service = service_fn(move |request: Request<Incoming>| {
        let path = request.uri().path().to_owned();
        let response = answer(&path);
        let asked = Asked {
            version: request.version(),
            path,
            login: request.headers().contains_key("authorization"),
        };
        seen.lock().unwrap().push(asked);
        async move { Ok::<_, Infallible>(response) }
    });
    let stream = TokioIo::new(stream);
    if two {
        let two = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        drop(two.serve_connection(stream, service).await);
    } else {
        let one = hyper::server::conn::http1::Builder::new();
        drop(one.serve_connection(stream, service).await);
    }
}
