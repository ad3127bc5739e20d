//! Where the admin port is: an address and port, or a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::text::{Complaint, Text};
use crate::suggest::quote;

/// What a Unix socket is written with.
const UNIX: &str = "unix:";

/// Longest path of a Unix socket, in bytes: the system has room for 108 with the zero at the end.
const MAX_SOCKET_PATH: usize = 107;

/// Where the admin port is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// At an address and port.
    Address(SocketAddr),
    /// At a socket in the file system, for whoever may open it.
    Socket(PathBuf),
}

impl Listen {
    /// Whether other machines can reach it.
    pub fn is_open_to_others(&self) -> bool {
        matches!(self, Listen::Address(address) if !address.ip().is_loopback())
    }
}

impl FromStr for Listen {
    type Err = String;

    /// Reads what [`fmt::Display`] writes.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    fn from_str(text: &str) -> Result<Listen, String> {
        (listen().parse)(text)
            .map_err(|complaint| format!("it {}; {}", complaint.what, complaint.help))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Address(address) => write!(formatter, "{address}"),
            Listen::Socket(path) => write!(formatter, "{UNIX}{}", path.display()),
        }
    }
}

/// `ip:port` or `unix:/path`.
pub(crate) fn listen() -> Text<Listen> {
    fn parse(text: &str) -> Result<Listen, Complaint> {
        if let Some(path) = text.strip_prefix(UNIX) {
            return socket_path(path);
        }
        text.parse().map(Listen::Address).map_err(|_| {
            let help = match text.rsplit_once(':') {
                Some(("localhost" | "", port)) => format!("write \"127.0.0.1:{}\"", quote(port)),
                _ => "write an IP address and a port, \"127.0.0.1:9464\" or \"[::1]:9464\", or a socket, \"unix:/run/dateline/admin.sock\""
                    .to_owned(),
            };
            Complaint::new(format!("is not an address: `{}`", quote(text)), help)
        })
    }
    Text {
        kind: "address and port, or unix:/path",
        example: "127.0.0.1:9464",
        pattern: Some("^(([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}|unix:/.+)$"),
        parse,
        write: Listen::to_string,
    }
}

fn socket_path(path: &str) -> Result<Listen, Complaint> {
    let example = "write \"unix:/run/dateline/admin.sock\"";
    if !Path::new(path).is_absolute() {
        return Err(Complaint::new(
            "names a socket by a path that does not begin with `/`",
            example,
        ));
    }
    if path.len() > MAX_SOCKET_PATH {
        let what = format!("names a socket by a path of more than {MAX_SOCKET_PATH} bytes");
        return Err(Complaint::new(what, example));
    }
    Ok(Listen::Socket(PathBuf::from(path)))
}

/// A host name as browsers send it, without port.
pub(crate) fn host_name() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        let example = "write the name alone, such as \"news.example.org\"";
        if text.contains([':', '/']) {
            return Err(Complaint::new("holds more than a host name", example));
        }
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
        if text.len() > MAX_HOST_NAME || !text.chars().all(allowed) {
            return Err(Complaint::new("is not a host name", example));
        }
        Ok(text.to_ascii_lowercase())
    }
    Text {
        kind: "host name",
        example: "news.example.org",
        pattern: Some("^[A-Za-z0-9.-]+$"),
        parse,
        write: String::clone,
    }
}

/// Longest host name, in characters (RFC 1035).
const MAX_HOST_NAME: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "127.0.0.1:9464",
            "[::1]:9464",
            "0.0.0.0:80",
            "unix:/run/a.sock",
        ] {
            let read = (listen().parse)(text).map_err(|complaint| complaint.what);
            assert_eq!(read.map(|listen| listen.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn only_addresses_of_other_machines_are_open_to_them() {
        let open = |text| (listen().parse)(text).is_ok_and(|listen| listen.is_open_to_others());
        assert!(open("0.0.0.0:9464") && open("192.0.2.1:9464") && open("[::]:9464"));
        assert!(!open("127.0.0.1:9464") && !open("[::1]:9464") && !open("unix:/run/a.sock"));
    }

    #[test]
    fn host_names_are_names_alone() {
        let read = |text| (host_name().parse)(text).ok();
        assert_eq!(
            read("News.Example.org").as_deref(),
            Some("news.example.org")
        );
        for wrong in ["http://x", "x:80", "x/y", "a b", "[::1]"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
