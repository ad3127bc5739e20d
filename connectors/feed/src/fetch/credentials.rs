//! A feed's own headers and login. Secrets are revealed for one request, marked so that no log shows them, and go to the
//! configured server only.

use dateline_config::{Auth, Feed};
use dateline_pipeline::fault::Fault;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::redirects::same_site;

/// Adds what the feed's server is to be told, if `url` is its server.
pub(super) fn add(feed: &Feed, url: &Url, headers: &mut HeaderMap) -> Result<(), Fault> {
    if !same_site(&feed.url, url) {
        return Ok(());
    }
    for (name, value) in &feed.headers {
        let wrong = |what: &str| {
            fault(
                "header",
                &format!("header {name} of feed {}", feed.id),
                what,
            )
        };
        let name =
            HeaderName::try_from(name).map_err(|_| wrong("the name cannot be sent; correct it"))?;
        let value = value.reveal().map_err(|error| wrong(&error.to_string()))?;
        let value = sendable(&value).ok_or_else(|| wrong(UNSENDABLE))?;
        headers.insert(name, value);
    }
    if let Some(auth) = &feed.auth {
        let wrong = |what: &str| fault("auth", &format!("auth of feed {}", feed.id), what);
        let value = authorization(auth).map_err(|what| wrong(&what))?;
        let value = sendable(&value).ok_or_else(|| wrong(UNSENDABLE))?;
        headers.insert(AUTHORIZATION, value);
    }
    Ok(())
}

const UNSENDABLE: &str = "the value cannot be sent; use printable ASCII";

fn fault(kind: &'static str, whose: &str, what: &str) -> Fault {
    Fault::permanent(kind, format!("{whose}: {what}"))
}

fn sendable(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The value of `Authorization` (RFC 7617, RFC 6750).
fn authorization(auth: &Auth) -> Result<String, String> {
    if let Some(basic) = &auth.basic {
        if basic.user.contains(':') {
            return Err(
                "`user` must not hold a colon; the server would take the rest for the password"
                    .to_owned(),
            );
        }
        let password = basic.password.reveal().map_err(|error| error.to_string())?;
        let login = format!("{}:{}", basic.user, &*password);
        return Ok(format!("Basic {}", base64(login.as_bytes())));
    }
    match &auth.bearer {
        Some(token) => {
            let token = token.reveal().map_err(|error| error.to_string())?;
            Ok(format!("Bearer {}", &*token))
        }
        None => Err("neither `basic` nor `bearer` stands there".to_owned()),
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            let written = place <= chunk.len();
            text.push(if written { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
