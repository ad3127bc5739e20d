//! Paths and patterns of robots.txt in one spelling.

/// One spelling for every path (section 2.2.2): what is beyond ASCII is percent-encoded, encoded
/// letters, digits and `-._~` are not, and hexadecimal digits are capitals. Within a path `*` and
/// `$` mean themselves and are encoded; within a pattern `*` is a wildcard, and so stays.
pub(super) fn normalise(path: &str, literal: bool) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = (byte == b'%')
            .then(|| Some((hex(*bytes.get(at + 1)?)?, hex(*bytes.get(at + 2)?)?)))
            .flatten();
        if let Some((high, low)) = encoded {
            let decoded = high << 4 | low;
            if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
                out.push(char::from(decoded));
            } else {
                push_encoded(&mut out, decoded);
            }
            at += 3;
            continue;
        }
        let special = byte == b'$' || (byte == b'*' && literal);
        if special || !byte.is_ascii_graphic() {
            push_encoded(&mut out, byte);
        } else {
            out.push(char::from(byte));
        }
        at += 1;
    }
    out
}

fn push_encoded(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
