//! Request headers: plain words, or secrets.

use std::collections::BTreeMap;
use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::secret::{Revealed, SECRET_HELP, Secret, SecretError, SecretRef};
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::suggest::{quote, sounds_secret};

/// Most headers that a feed may send: servers refuse more than about a hundred.
const MAX_HEADERS: usize = 50;

/// Longest plain header value, in bytes: common servers refuse 8 KiB for all headers together.
const MAX_HEADER_VALUE: usize = 4096;

/// What a request header says.
#[derive(Clone, PartialEq, Eq)]
pub enum HeaderValue {
    /// These words; no secret.
    Plain(String),
    /// What the secret holds.
    Secret(Secret),
}

impl HeaderValue {
    /// The value to send.
    pub fn reveal(&self) -> Result<Revealed, SecretError> {
        match self {
            Self::Plain(text) => Ok(Revealed(text.clone())),
            Self::Secret(secret) => secret.reveal(),
        }
    }
}

impl fmt::Debug for HeaderValue {
    /// A plain value is hidden too: people do write tokens there, and are only warned.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => formatter.write_str("Plain(***)"),
            Self::Secret(secret) => fmt::Debug::fmt(secret, formatter),
        }
    }
}

/// Request headers by lower-case name.
pub(crate) struct Headers;

/// Headers that Dateline sets itself, and what to do instead.
const OWN_HEADERS: [(&str, &str); 12] = [
    (
        "user-agent",
        "set `contact` or `user_agent` under [collect]",
    ),
    ("host", "it follows from the URL"),
    (
        "accept-encoding",
        "gzip, brotli and zstd are asked for by themselves",
    ),
    ("connection", "connections are managed by Dateline"),
    ("content-length", "requests have no body"),
    ("transfer-encoding", "requests have no body"),
    (
        "if-none-match",
        "conditional requests are made by themselves",
    ),
    (
        "if-modified-since",
        "conditional requests are made by themselves",
    ),
    ("a-im", "what is new alone is asked for by itself"),
    ("proxy-authorization", "set `proxy_login` under [http]"),
    ("range", "a feed is always read whole"),
    ("te", "connections are managed by Dateline"),
];

impl Shape for Headers {
    type Value = BTreeMap<String, HeaderValue>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value> {
        let Some(table) = value.get_ref().as_table() else {
            context.mask(value.span());
            wrong_type(context, subject, self, value);
            return None;
        };
        if table.len() > MAX_HEADERS {
            let finding =
                Finding::error(format!("{subject} holds more than {MAX_HEADERS} headers"))
                    .at(value.span())
                    .help("take out those that the server does not need");
            context.report(finding);
            return None;
        }
        let mut headers = BTreeMap::new();
        let mut right = true;
        for (key, value) in table.iter() {
            let name = key.get_ref().to_ascii_lowercase();
            let known = check_header_name(context, &name, key);
            match decode_header(context, &name, value) {
                Some(decoded) if known => right &= headers.insert(name, decoded).is_none(),
                _ => right = false,
            }
        }
        right.then_some(headers)
    }

    fn write(&self, value: &Self::Value) -> Json {
        let names: Vec<&String> = value.keys().collect();
        if names.is_empty() {
            json!({})
        } else {
            Json::Null
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let secret = generator.subschema_for::<Secret>();
        json_schema!({
            "type": "object",
            "additionalProperties": { "anyOf": [{ "type": "string" }, secret] },
            "maxProperties": MAX_HEADERS,
        })
    }

    fn kind(&self) -> String {
        "table of header names to strings or secrets".to_owned()
    }

    fn example(&self) -> String {
        "{ authorization = { env = \"FEED_AUTHORIZATION\" } }".to_owned()
    }
}

fn check_header_name(
    context: &mut Context,
    name: &str,
    key: &Spanned<std::borrow::Cow<'_, str>>,
) -> bool {
    // RFC 9110, section 5.6.2: token.
    let token = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    let own = OWN_HEADERS.iter().find(|(own, _)| *own == name);
    let finding = if let Some((_, advice)) = own {
        Finding::error(format!("header `{name}` is set by Dateline")).help(*advice)
    } else if name.is_empty() || !name.chars().all(token) {
        Finding::error(format!("`{}` is not a header's name", quote(name)))
            .help("letters, digits and `-`, for example `x-api-version`")
    } else {
        return true;
    };
    context.report(finding.at(key.span()));
    false
}

fn decode_header(
    context: &mut Context,
    name: &str,
    value: &Spanned<DeValue<'_>>,
) -> Option<HeaderValue> {
    let subject = format!("header `{}`", quote(name));
    let Some(text) = value.get_ref().as_str() else {
        return SecretRef
            .decode(context, &subject, value)
            .map(HeaderValue::Secret);
    };
    context.mask(value.span());
    if sounds_secret(name) || name.ends_with("-key") {
        let finding = Finding::warning(format!("{subject} looks like a secret in plain text"))
            .label(value.span(), "not shown")
            .help(SECRET_HELP);
        context.report(finding);
    }
    if text.len() <= MAX_HEADER_VALUE && text.chars().all(|letter| !letter.is_control()) {
        return Some(HeaderValue::Plain(text.to_owned()));
    }
    let finding = Finding::error(format!("{subject} is not a header's value"))
        .at(value.span())
        .help("a header's value is one line of at most 4096 bytes");
    context.report(finding);
    None
}

/// Adds the headers of `defaults` that `own` does not set.
pub(crate) fn set_header_defaults(
    own: &mut BTreeMap<String, HeaderValue>,
    defaults: &BTreeMap<String, HeaderValue>,
) {
    for (name, value) in defaults {
        own.entry(name.clone()).or_insert_with(|| value.clone());
    }
}
