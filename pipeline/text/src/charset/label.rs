//! The names that documents and servers give to charsets, right, wrong and misspelt.

use encoding_rs::Encoding;

/// The longest name that is looked at; the longest that exists, `extended_unix_code_packed_format_for_japanese`, has 45.
const MAX_LABEL_BYTES: usize = 64;

/// A charset that somebody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// A superset of ASCII, as all charsets of the web but UTF-16.
    Of(&'static Encoding),
    /// ASCII, which is contained in all others: nothing is said about other characters.
    Ascii,
    /// UTF-16 or UTF-32, of which the bytes themselves tell more.
    Wide,
}

impl Charset {
    pub(super) fn name(self) -> &'static str {
        match self {
            Charset::Of(encoding) => encoding.name(),
            Charset::Ascii => "US-ASCII",
            Charset::Wide => "UTF-16",
        }
    }

    /// The charset that `label` names, in the spelling of the web, of Python, of Java, of Windows, or with a common slip.
    pub(super) fn of_label(label: &str) -> Option<Charset> {
        let label = label.trim_matches(|c: char| c.is_ascii_whitespace() || "\"'`;,".contains(c));
        if label.is_empty() || label.len() > MAX_LABEL_BYTES {
            return None;
        }
        let squeezed: String = label
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|character| character.to_ascii_lowercase())
            .collect();
        if let Some(charset) = unlike_the_web(&squeezed) {
            return Some(charset);
        }
        let known = |label: &str| {
            let encoding = Encoding::for_label_no_replacement(label.as_bytes());
            encoding.filter(|encoding| *encoding != encoding_rs::X_USER_DEFINED)
        };
        known(label)
            .or_else(|| known(&spelt_as_on_the_web(&squeezed)?))
            .map(Charset::Of)
    }
}

/// Names that mean something else here than in the Encoding Standard, which reads ASCII as windows-1252.
fn unlike_the_web(squeezed: &str) -> Option<Charset> {
    let name = squeezed.strip_prefix("cs").unwrap_or(squeezed);
    match name {
        "ascii" | "usascii" | "us" | "646" | "ansix341968" | "ansix341986" | "iso646us"
        | "cp367" | "ibm367" | "iso646irv1991" => Some(Charset::Ascii),
        "u16" | "unicode" | "ucs2" | "iso10646ucs2" | "unicodefeff" | "unicodefffe" => {
            Some(Charset::Wide)
        }
        "u32" | "ucs4" | "iso10646ucs4" | "iso10646" => Some(Charset::Wide),
        _ if name.starts_with("utf16") || name.starts_with("utf32") || name.starts_with("ucs") => {
            Some(Charset::Wide)
        }
        _ => None,
    }
}

/// The spelling that the Encoding Standard knows, for a name of which only letters and digits are left.
fn spelt_as_on_the_web(squeezed: &str) -> Option<String> {
    let name = squeezed.strip_prefix('x').unwrap_or(squeezed);
    let name = name.strip_prefix("cs").unwrap_or(name);
    if let Some(label) = numbered(name) {
        return Some(label);
    }
    let label = match name {
        // A name of UTF-8 may have anything behind it: a mark, a version, what stood next to it.
        _ if name.starts_with("utf8") || name.starts_with("unicode11utf8") => "utf-8",
        "u8" | "utf" | "uft8" | "utf08" | "ut8" | "uff8" | "urf8" | "unicode11" => "utf-8",
        "latin" | "latain1" | "iso8859" | "8859" | "westerneurope" | "ansi" | "l1" => {
            "windows-1252"
        }
        "sjis" | "shiftjis" | "shiftjis2004" | "shiftjisx0213" | "mskanji" | "windows31j"
        | "ms932" | "cp932" | "932" | "jis" => "shift_jis",
        "eucjp" | "ujis" | "eucjis2004" | "eucjisx0213" | "eucjpms" | "cp51932" => "euc-jp",
        "iso2022jp" | "iso2022jp1" | "iso2022jp2" | "iso2022jp3" | "iso2022jpext" | "cp50220"
        | "cp50221" => "iso-2022-jp",
        "gb2312" | "gb231280" | "gb23121980" | "euccn" | "gbk" | "cp936" | "ms936" | "936"
        | "gb" | "chinese" | "hz" | "hzgb2312" => "gbk",
        "gb18030" | "gb180302000" => "gb18030",
        "big5" | "big5hkscs" | "big5eten" | "big5tw" | "hkscs" | "cp950" | "ms950" | "950" => {
            "big5"
        }
        "euckr" | "ksc5601" | "ksc56011987" | "ksx1001" | "korean" | "uhc" | "cp949" | "ms949"
        | "949" | "johab" => "euc-kr",
        "koi8r" | "koi8" => "koi8-r",
        "koi8u" | "koi8ru" => "koi8-u",
        "cp866" | "ibm866" | "866" | "dos866" => "ibm866",
        "mac" | "macroman" | "macintosh" | "macwestern" => "macintosh",
        "maccyrillic" | "macukraine" => "x-mac-cyrillic",
        "thai" | "tis620" | "tis62025331" | "cp874" | "ibm874" => "windows-874",
        "cyrillic" => "iso-8859-5",
        "arabic" | "asmo708" => "iso-8859-6",
        "greek" | "greek8" | "ecma118" | "elot928" => "iso-8859-7",
        "hebrew" => "iso-8859-8",
        _ => return None,
    };
    Some(label.to_owned())
}

/// Families whose members differ by their number.
fn numbered(name: &str) -> Option<String> {
    let without = |prefixes: &[&str]| {
        let rest = prefixes
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))?;
        let number = rest.bytes().all(|byte| byte.is_ascii_digit());
        (number && !rest.is_empty() && rest.len() <= 4).then_some(rest)
    };
    // Sorted so that no prefix hides a longer one.
    let windows = [
        "windows", "window", "windos", "win", "ansi", "cp", "ms", "ibm", "",
    ];
    if let Some(number) = without(&windows)
        .filter(|number| matches!(number.as_bytes(), [b'1', b'2', b'5', b'0'..=b'8']))
    {
        return Some(format!("windows-{number}"));
    }
    let iso = [
        "iso8859", "iso8559", "iso8895", "is08859", "iso88859", "iso", "8859",
    ];
    if let Some(number) = without(&iso) {
        let part = number.trim_start_matches("8859");
        let part = if part.is_empty() {
            "1"
        } else {
            part.trim_start_matches('0')
        };
        return matches!(part.parse(), Ok(1..=16_u8)).then(|| format!("iso-8859-{part}"));
    }
    // Latin-5 and the following are other parts than their number says.
    let part = match without(&["latin", "l"])? {
        "1" => "1",
        "2" => "2",
        "3" => "3",
        "4" => "4",
        "5" => "9",
        "6" => "10",
        "7" => "13",
        "8" => "14",
        "9" | "0" => "15",
        "10" => "16",
        _ => return None,
    };
    Some(format!("iso-8859-{part}"))
}
