//! Secrets of a subscription, and the signatures made with them.

use std::fmt;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

/// Bytes of the name under which a hub calls: not to be guessed.
const NAME_BYTES: usize = 16;

/// Bytes of the secret that contents are signed with; a hub may refuse 200 and more (section 5.1).
const SECRET_BYTES: usize = 32;

/// A secret: shown to the hub and to nobody else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a subscription is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keys {
    /// The last part of the callback's path.
    pub(super) name: String,
    pub(super) secret: Secret,
}

impl Keys {
    /// New keys from the system's randomness; `None` where it has none.
    pub(super) fn new() -> Option<Keys> {
        let random = SystemRandom::new();
        let mut name = [0; NAME_BYTES];
        let mut secret = [0; SECRET_BYTES];
        random.fill(&mut name).ok()?;
        random.fill(&mut secret).ok()?;
        Some(Keys {
            name: hex(&name),
            secret: Secret(hex(&secret)),
        })
    }
}

impl Secret {
    /// For the request to the hub.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// The signature that a hub of today makes.
    #[cfg(test)]
    pub(super) fn sign(&self, content: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        format!("sha256={}", hex(hmac::sign(&key, content).as_ref()))
    }

    /// Whether `signature` (`METHOD=HEX`, the header `X-Hub-Signature`) was made over `content` with
    /// this secret (section 7.1). Takes the same time whatever is wrong with the digest.
    pub(super) fn signed(&self, content: &[u8], signature: &str) -> bool {
        let Some((method, digits)) = signature.trim().split_once('=') else {
            return false;
        };
        let algorithm = match method.trim().to_ascii_lowercase().as_str() {
            "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "sha256" => hmac::HMAC_SHA256,
            "sha384" => hmac::HMAC_SHA384,
            "sha512" => hmac::HMAC_SHA512,
            _ => return false,
        };
        let Some(digest) = bytes(digits.trim()) else {
            return false;
        };
        let key = hmac::Key::new(algorithm, self.0.as_bytes());
        hmac::verify(&key, content, &digest).is_ok()
    }
}

/// Whether it may be the name of a subscription of ours.
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 2 * NAME_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    /// Hexadecimal digits of the longest digest.
    const MAX_DIGITS: usize = 128;
    if hex.len() > MAX_DIGITS || !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_differ_and_are_not_shown() {
        let (one, other) = (Keys::new().unwrap(), Keys::new().unwrap());
        assert_ne!(one.name, other.name);
        assert_ne!(one.secret, other.secret);
        assert!(is_name(&one.name));
        assert!(!format!("{one:?}").contains(one.secret.reveal()));
    }

    /// The second test case of RFC 2202 and RFC 4231: the key "Jefe".
    #[test]
    fn signatures_of_the_standards_are_verified() {
        let secret = Secret("Jefe".to_owned());
        let content = b"what do ya want for nothing?";
        let signatures = [
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "SHA256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
            "sha384=af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "sha512=164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ];
        for signature in signatures {
            assert!(secret.signed(content, signature), "{signature}");
            assert!(!secret.signed(b"another", signature));
            assert!(!Secret("else".to_owned()).signed(content, signature));
        }
        for forged in [
            "",
            "sha1",
            "sha1=",
            "md5=750c783e6ab0b503eaa86e310a5db738",
            "sha256=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c7",
            "sha1=zzfcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "sha1=+1fcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        ] {
            assert!(!secret.signed(content, forged), "{forged}");
        }
    }
}
