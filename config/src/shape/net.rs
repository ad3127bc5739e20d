//! Strings of the network: URLs, mail addresses, brokers, addresses to listen on.

use std::net::SocketAddr;

use url::Url;

use super::text::{Complaint, Text, short};
use crate::suggest::quote;

/// The address of a feed.
pub(crate) fn feed_url() -> Text<Url> {
    fn parse(text: &str) -> Result<Url, Complaint> {
        let example = "for example \"https://example.org/feed.xml\"";
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(url::ParseError::RelativeUrlWithoutBase)
                if Url::parse(&format!("https://{text}")).is_ok() =>
            {
                return Err(Complaint::new(
                    "has no scheme",
                    format!("write \"https://{}\"", quote(text)),
                ));
            }
            Err(error) => return Err(Complaint::new(format!("is not a URL: {error}"), example)),
        };
        if !matches!(url.scheme(), "http" | "https") {
            let help = match text.split_once("://") {
                Some(("feed", rest)) => format!("write \"https://{}\"", quote(rest)),
                // `localhost:8080/feed` reads as a URL with the scheme `localhost`.
                None => format!("write \"http://{}\"", quote(text)),
                Some(_) => format!("http and https are supported, {example}"),
            };
            return Err(Complaint::new(
                format!("has the scheme `{}`", quote(url.scheme())),
                help,
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Complaint {
                what: "holds a user name or a password".to_owned(),
                help: "take them out of the URL and add \
                       auth = { basic = { user = \"…\", password = { env = \"NAME\" } } }"
                    .to_owned(),
                mask: true,
            });
        }
        Ok(url)
    }
    Text {
        kind: "http or https URL",
        example: "https://example.org/feed.xml",
        pattern: Some("^[Hh][Tt][Tt][Pp][Ss]?://"),
        parse,
        write: Url::to_string,
    }
}

/// A URL or a mail address where the operator can be reached.
pub(crate) fn contact() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        let url = text.starts_with("https://") || text.starts_with("http://");
        let mail = text
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if !(url || mail) || !text.is_ascii() || text.contains([' ', '(', ')']) {
            return Err(Complaint::new(
                "is neither a URL nor a mail address",
                "for example \"https://example.org/bot\" or \"ops@example.org\"",
            ));
        }
        short(text)
    }
    Text {
        kind: "URL or mail address",
        example: "https://example.org/bot",
        pattern: None,
        parse,
        write: String::clone,
    }
}

/// The value of a User-Agent header.
pub(crate) fn user_agent() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if !text.is_ascii() {
            return Err(Complaint::new(
                "holds letters outside ASCII",
                "a User-Agent is ASCII text",
            ));
        }
        short(text)
    }
    Text {
        kind: "string",
        example: "ExampleBot/1.0 (+https://example.org/bot)",
        pattern: None,
        parse,
        write: String::clone,
    }
}

/// `host:port` of a Kafka broker.
pub(crate) fn broker() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if text.contains("://") {
            return Err(Complaint::new(
                "must be host:port, without a scheme",
                "write \"kafka1.example.org:9092\"; encryption is set up under `tls`",
            ));
        }
        if text.contains(',') {
            return Err(Complaint::new(
                "holds a comma",
                "write each broker as its own string: [\"a:9092\", \"b:9092\"]",
            ));
        }
        let (host, port) = match text.rsplit_once(':') {
            // The last colon of a bare IPv6 address is no port separator.
            Some((host, port))
                if !host.contains(':') || (host.starts_with('[') && host.ends_with(']')) =>
            {
                (host, port)
            }
            _ => {
                return Err(Complaint::new(
                    "has no port",
                    format!("write \"{}:9092\"", quote(text)),
                ));
            }
        };
        let name = |letter: char| letter.is_ascii_alphanumeric() || "-._:[]".contains(letter);
        if host.is_empty() || !host.chars().all(name) {
            return Err(Complaint::new(
                "has no valid host name",
                "write \"kafka1.example.org:9092\"",
            ));
        }
        match port.parse::<u16>() {
            Ok(1..) => Ok(text.to_owned()),
            _ => Err(Complaint::new(
                format!("has no valid port: `{}`", quote(port)),
                "a port is a number from 1 to 65535: \"kafka1.example.org:9092\"",
            )),
        }
    }
    Text {
        kind: "host:port",
        example: "kafka1.example.org:9092",
        pattern: Some("^[^/,\\s]+:[0-9]{1,5}$"),
        parse,
        write: String::clone,
    }
}

/// `ip:port` to listen on.
pub(crate) fn socket() -> Text<SocketAddr> {
    fn parse(text: &str) -> Result<SocketAddr, Complaint> {
        text.parse::<SocketAddr>().map_err(|_| {
            let help = match text.rsplit_once(':') {
                Some(("localhost", port)) => format!("write \"127.0.0.1:{}\"", quote(port)),
                Some(("" | "*", port)) => format!(
                    "write \"127.0.0.1:{0}\", or \"0.0.0.0:{0}\" for every network of this machine",
                    quote(port)
                ),
                _ => "write an IP address and a port: \"127.0.0.1:8089\" or \"0.0.0.0:8089\""
                    .to_owned(),
            };
            Complaint::new(format!("is not an address: `{}`", quote(text)), help)
        })
    }
    Text {
        kind: "address and port",
        example: "127.0.0.1:8089",
        pattern: Some("^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$"),
        parse,
        write: SocketAddr::to_string,
    }
}

/// An address below which there are others: nothing but scheme, host, port and path.
struct BaseUrl {
    example: &'static str,
    /// Where a login belongs instead.
    no_login: &'static str,
    /// What is added to the path.
    added: &'static str,
}

impl BaseUrl {
    const KIND: &str = "http or https URL";
    const PATTERN: &str = "^[Hh][Tt][Tt][Pp][Ss]?://[^?#]+$";

    fn parse(&self, text: &str) -> Result<Url, Complaint> {
        let help = || format!("for example \"{}\"", self.example);
        let url = Url::parse(text)
            .map_err(|error| Complaint::new(format!("is not a URL: {error}"), help()))?;
        if !matches!(url.scheme(), "http" | "https") {
            let what = format!("has the scheme `{}`", quote(url.scheme()));
            return Err(Complaint::new(what, help()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Complaint {
                what: "holds a user name or a password".to_owned(),
                help: self.no_login.to_owned(),
                mask: true,
            });
        }
        if url.query().is_some() || url.fragment().is_some() {
            let what = format!(
                "has a query or a fragment: {} added to its path",
                self.added
            );
            return Err(Complaint::new(what, help()));
        }
        Ok(url)
    }
}

/// The public address of a port of ours.
const CALLBACK: BaseUrl = BaseUrl {
    example: "https://news.example.org/websub",
    no_login: "take them out: hubs send none, and what they send is signed",
    added: "names of feeds are",
};

/// The address of a collector.
const COLLECTOR: BaseUrl = BaseUrl {
    example: "http://127.0.0.1:4318",
    no_login: "take them out and add headers = { authorization = { env = \"NAME\" } }",
    added: "`/v1/traces` is",
};

/// The public address of a port of ours, to which names are added.
pub(crate) fn callback_url() -> Text<Url> {
    Text {
        kind: BaseUrl::KIND,
        example: CALLBACK.example,
        pattern: Some(BaseUrl::PATTERN),
        parse: |text| CALLBACK.parse(text),
        write: Url::to_string,
    }
}

/// The address of a collector, to which the paths of OTLP are added.
pub(crate) fn collector_url() -> Text<Url> {
    fn parse(text: &str) -> Result<Url, Complaint> {
        let url = COLLECTOR.parse(text)?;
        if url.path().trim_end_matches('/').ends_with("/v1/traces") {
            let what = "ends in `/v1/traces`, which is added by itself";
            return Err(Complaint::new(what, "take it off the end"));
        }
        Ok(url)
    }
    Text {
        kind: BaseUrl::KIND,
        example: COLLECTOR.example,
        pattern: Some(BaseUrl::PATTERN),
        parse,
        write: Url::to_string,
    }
}
