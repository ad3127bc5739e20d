#![allow(clippy::unwrap_used, clippy::panic)]

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, GB18030, GBK, ISO_2022_JP, ISO_8859_2, ISO_8859_7, KOI8_R, SHIFT_JIS,
    WINDOWS_1251, WINDOWS_1252,
};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::label::Charset;
use super::*;

const RUSSIAN: &str = "Порт Нордхавен закрыли во вторник из-за шторма, сообщил капитан порта. Паромы пойдут в четверг.";
const GERMAN: &str = "Der Hafen bleibt vorläufig gesperrt, weil die Brücke über den Fluß beschädigt wurde, heißt es.";
const CHINESE: &str = "诺哈芬渔市周三重新开放,数百名居民清晨便在码头排队。市场管理处表示,风暴过后首批渔船于凌晨四点返港。";
const JAPANESE: &str = "港は嵐のため火曜日に閉鎖されました。フェリーは木曜日に再開する予定です。";
const KOREAN: &str =
    "항구는 폭풍으로 화요일에 폐쇄되었습니다. 여객선은 목요일에 다시 운항할 예정입니다.";
const GREEK: &str = "Το λιμάνι έκλεισε την Τρίτη εξαιτίας της καταιγίδας, είπε ο λιμενάρχης.";

fn http(content_type: &str) -> Declared<'_> {
    Declared {
        content_type: Some(content_type),
        host: None,
    }
}

fn read<'a>(bytes: &'a [u8], content_type: &str) -> Decoded<'a> {
    decode(bytes, &http(content_type))
}

fn undeclared(bytes: &[u8]) -> Decoded<'_> {
    decode(bytes, &Declared::default())
}

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, failed) = encoding.encode(text);
    assert!(!failed, "{} has not all of {text}", encoding.name());
    bytes.into_owned()
}

fn utf16(text: &str, to_bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

fn utf32(text: &str, to_bytes: impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|c| to_bytes(u32::from(c))).collect()
}

#[test]
fn the_byte_order_mark_comes_before_everything() {
    let latin1 = "text/xml; charset=iso-8859-1";
    for (bytes, encoding) in [
        (&b"\xef\xbb\xbf<\xc3\xa9"[..], "UTF-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbf<\xc3\xa9", "UTF-8"),
        (b"\xfe\xff\0<\0\xe9", "UTF-16BE"),
        (b"\xff\xfe<\0\xe9\0", "UTF-16LE"),
        (b"\0\0\xfe\xff\0\0\0<\0\0\0\xe9", "UTF-32BE"),
        (b"\xff\xfe\0\0<\0\0\0\xe9\0\0\0", "UTF-32LE"),
    ] {
        let decoded = read(bytes, latin1);
        assert_eq!((&*decoded.text, decoded.encoding), ("<é", encoding));
        assert_eq!((decoded.source, decoded.repaired), (Source::Mark, 0));
    }
}

#[test]
fn a_mark_in_front_of_another_charset_is_a_slip() {
    let bytes = [b"\xef\xbb\xbf".to_vec(), encoded(GERMAN, WINDOWS_1252)].concat();
    let decoded = undeclared(&bytes);
    assert_eq!(decoded.text, GERMAN);
    assert_eq!(decoded.overruled, Some("UTF-8"));
}

#[test]
fn the_answer_comes_before_the_declaration() {
    let document = b"<?xml version='1.0' encoding='windows-1251'?><a>\xe9</a>";
    let quoted = read(document, "text/xml; charset=\"ISO-8859-1\"");
    assert!(quoted.text.contains('é'));
    assert_eq!(quoted.source, Source::Http);
    for unhelpful in [
        "text/xml",
        "text/xml; charset=nonsense",
        "text/xml; charset=us-ascii",
        "text/xml; charset=utf-16",
        "text/xml; charset=utf-8",
        "text/xml; charset",
        "",
    ] {
        let decoded = read(document, unhelpful);
        assert!(decoded.text.contains('й'), "{unhelpful}");
        assert_eq!(decoded.source, Source::Document);
    }
}

#[test]
fn declarations_are_found_in_every_form() {
    for head in [
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?>",
        "<?xml version='1.0' encoding = 'cp1251' ?>",
        "<?XML VERSION=1.0 ENCODING=Windows-1251?>",
        "\n<br />Warning: mysql_connect() in /srv/feed.php on line 3<?xml version=\"1.0\" encoding=\"Cp-1251\"?>",
        "<!DOCTYPE html><html><head><meta charset=win-1251>",
        "<html><meta http-equiv=Content-Type content=\"text/html; charset=windows-1251\">",
        "<head><meta name=author content=x><META content='text/html;charset=windows_1251'>",
        "<?xml version='1.0'?><!DOCTYPE html><html><meta charset='windows-1251'/>",
    ] {
        let bytes = [head.as_bytes(), b"\xe9\xe5"].concat();
        let decoded = undeclared(&bytes);
        assert!(decoded.text.ends_with("йе"), "{head}");
        assert_eq!(decoded.source, Source::Document, "{head}");
    }
    let quoting =
        b"<rss><description><![CDATA[<html><meta charset=windows-1251>]]>caf\xe9 \x96 na\xefve";
    assert!(undeclared(quoting).text.ends_with("café – naïve"));
}

#[test]
fn labels_are_understood_in_every_spelling() {
    for (label, name) in [
        ("UTF-8", "UTF-8"),
        ("utf8", "UTF-8"),
        ("utf_8", "UTF-8"),
        ("'utf-8'", "UTF-8"),
        ("uft-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("UTF8MB4", "UTF-8"),
        ("iso-8859-1", "windows-1252"),
        ("ISO8859_1", "windows-1252"),
        ("8859_1", "windows-1252"),
        ("iso-8559-1", "windows-1252"),
        ("ISO 8859-1", "windows-1252"),
        ("latin-1", "windows-1252"),
        ("l1", "windows-1252"),
        ("1252", "windows-1252"),
        ("WINDOWS1252", "windows-1252"),
        ("ISO_8859-15", "ISO-8859-15"),
        ("iso-8859-02", "ISO-8859-2"),
        ("latin9", "ISO-8859-15"),
        ("latin5", "windows-1254"),
        ("cp1251", "windows-1251"),
        ("win-1251", "windows-1251"),
        ("ansi-1251", "windows-1251"),
        ("koi8_r", "KOI8-R"),
        ("cskoi8r", "KOI8-R"),
        ("x-sjis", "Shift_JIS"),
        ("Shift-JIS", "Shift_JIS"),
        ("cp932", "Shift_JIS"),
        ("EUC_JP", "EUC-JP"),
        ("euc_kr", "EUC-KR"),
        ("gb2312", "GBK"),
        ("x-gbk", "GBK"),
        ("big5_hkscs", "Big5"),
        ("tis620", "windows-874"),
        ("us-ascii", "US-ASCII"),
        ("ANSI_X3.4-1968", "US-ASCII"),
        ("u16", "UTF-16"),
        ("csUnicode", "UTF-16"),
        ("iso-10646-ucs-4", "UTF-16"),
    ] {
        let charset = Charset::of_label(label);
        assert_eq!(charset.map(Charset::name), Some(name), "{label}");
    }
    for label in [
        "",
        "none",
        "x-user-defined",
        "iso-2022-kr",
        "utf-7",
        "windows-1299",
        "iso-8859-17",
        "binary",
    ] {
        assert_eq!(Charset::of_label(label), None, "{label}");
    }
}

#[test]
fn utf16_and_utf32_are_known_by_their_nul_bytes() {
    for text in [
        "<?xml version='1.0'?><t>Порт</t>",
        "{\"title\":\"é\"}",
        "Café on the quay",
    ] {
        for (bytes, encoding) in [
            (utf16(text, u16::to_le_bytes), "UTF-16LE"),
            (utf16(text, u16::to_be_bytes), "UTF-16BE"),
            (utf32(text, u32::to_le_bytes), "UTF-32LE"),
            (utf32(text, u32::to_be_bytes), "UTF-32BE"),
        ] {
            let decoded = read(&bytes, "text/xml; charset=utf-8");
            assert_eq!((&*decoded.text, decoded.encoding), (text, encoding));
            assert_eq!(decoded.source, Source::Pattern);
        }
    }
    let german = utf16("Überfälle häufen sich", u16::to_le_bytes);
    assert_eq!(undeclared(&german).encoding, "UTF-16LE");
}

#[test]
fn nul_bytes_alone_are_not_utf16() {
    for bytes in [
        &b"\0\0\0\0\0\0\0\0\0\0\0\0"[..],
        b"plain text with a \0 in it",
        b"\0",
        b"a\0",
    ] {
        assert_eq!(undeclared(bytes).encoding, "UTF-8");
    }
}

#[test]
fn utf16_is_not_believed_without_sign_of_it() {
    let bytes = "<?xml version='1.0' encoding='utf-16'?>é".as_bytes();
    let decoded = undeclared(bytes);
    assert!(decoded.text.ends_with('é'));
    assert_eq!(
        (decoded.source, decoded.overruled),
        (Source::Valid, Some("UTF-16"))
    );
}

#[test]
fn ebcdic_is_known_by_its_declaration() {
    let declaration = b"\x4c\x6f\xa7\x94\x93\x40\xa5\x85\x99\xa2\x89\x96\x95\x7e\x7d\xf1\x4b\xf0\x7d\x6f\x6e\x15\x4c\x81\x61\x6e";
    let decoded = undeclared(declaration);
    assert_eq!(decoded.text, "<?xml version='1.0'?>\n<a/>");
    assert_eq!(decoded.encoding, "IBM037");
}

#[test]
fn valid_utf8_is_utf8_whatever_it_claims() {
    for label in [
        "iso-8859-1",
        "us-ascii",
        "windows-1251",
        "koi8-r",
        "gbk",
        "shift_jis",
        "utf-16",
    ] {
        let content_type = format!("text/xml; charset={label}");
        for text in [GERMAN, RUSSIAN, CHINESE] {
            let decoded = read(text.as_bytes(), &content_type);
            assert_eq!(decoded.text, text, "{label}");
            assert!(matches!(decoded.text, Cow::Borrowed(_)));
            assert!(decoded.overruled.is_some());
        }
    }
    // A pair of bytes alone says nothing; what was declared does.
    let pair = b"\xc4\xa3";
    assert_eq!(
        read(pair, "text/xml; charset=gbk").text,
        encoding_rs::GBK.decode(pair).0
    );
    assert_eq!(read(pair, "text/xml; charset=iso-8859-1").text, "ģ");
}

#[test]
fn wrong_utf8_is_another_charset_unless_most_of_it_is_right() {
    let slip = b"<?xml version='1.0' encoding='utf-8'?>caf\xe9 \x96 na\xefve";
    let decoded = undeclared(slip);
    assert!(decoded.text.ends_with("café – naïve"), "{}", decoded.text);
    assert_eq!(
        decoded.notes(),
        ["the text is not UTF-8 and was read as windows-1252"]
    );

    let cut = "Zürich größer \u{201c}".as_bytes().split_last().unwrap().1;
    let decoded = read(cut, "text/plain; charset=iso-8859-1");
    assert_eq!(
        decoded.encoding, "windows-1252",
        "two characters are no proof against a declaration"
    );
    let decoded = undeclared(cut);
    assert_eq!(decoded.text, "Zürich größer \u{fffd}");
    assert_eq!(
        decoded.notes(),
        ["bytes that are not UTF-8 were replaced in 1 place"]
    );
}

#[test]
fn one_bad_byte_costs_one_character() {
    let mut bytes = RUSSIAN.as_bytes().to_vec();
    bytes.insert(0, 0xff);
    for label in ["utf-8", "windows-1251", "us-ascii", "gbk"] {
        let content_type = format!("text/xml; charset={label}");
        let decoded = read(&bytes, &content_type);
        assert_eq!(decoded.text, format!("\u{fffd}{RUSSIAN}"));
        assert_eq!(decoded.repaired, 1);
    }
}

#[test]
fn declared_charsets_are_read() {
    for (text, encoding) in [
        (GERMAN, WINDOWS_1252),
        (GERMAN, ISO_8859_2),
        (RUSSIAN, WINDOWS_1251),
        (RUSSIAN, KOI8_R),
        (GREEK, ISO_8859_7),
        (CHINESE, GBK),
        (CHINESE, GB18030),
        (JAPANESE, SHIFT_JIS),
        (JAPANESE, EUC_JP),
        (JAPANESE, ISO_2022_JP),
        (KOREAN, EUC_KR),
        ("港口因風暴關閉", BIG5),
    ] {
        let bytes = encoded(text, encoding);
        let content_type = format!("text/xml; charset={}", encoding.name());
        let decoded = read(&bytes, &content_type);
        assert_eq!((&*decoded.text, decoded.encoding), (text, encoding.name()));
        assert_eq!((decoded.source, decoded.notes().len()), (Source::Http, 0));
    }
}

#[test]
fn undeclared_charsets_are_detected() {
    for (text, encoding) in [
        (GERMAN, WINDOWS_1252),
        (RUSSIAN, WINDOWS_1251),
        (RUSSIAN, KOI8_R),
        (CHINESE, GBK),
        (JAPANESE, SHIFT_JIS),
        (JAPANESE, EUC_JP),
        (JAPANESE, ISO_2022_JP),
        (KOREAN, EUC_KR),
    ] {
        let bytes = encoded(text, encoding);
        let decoded = undeclared(&bytes);
        assert_eq!(decoded.text, text, "{}", encoding.name());
        assert_eq!(decoded.source, Source::Detected);
    }
}

#[test]
fn what_windows_1252_has_is_read_in_iso_8859_too() {
    let bytes = b"\x93P\xf8rt\x94 \x96 \x80 5";
    assert_eq!(
        read(bytes, "text/xml; charset=iso-8859-1").text,
        "“Pørt” – € 5"
    );
    assert_eq!(
        read(bytes, "text/xml; charset=iso-8859-15").text,
        "“Pørt” – € 5"
    );
    assert_eq!(
        read(bytes, "text/xml; charset=iso-8859-2").text,
        "“Přrt” – € 5"
    );
}

#[test]
fn a_country_helps_to_detect() {
    let bytes = encoded("Żółw i ćma", encoding_rs::WINDOWS_1250);
    for host in ["www.example.pl", "EXAMPLE.PL.", "example.pl"] {
        let declared = Declared {
            content_type: None,
            host: Some(host),
        };
        assert_eq!(decode(&bytes, &declared).text, "Żółw i ćma");
    }
    for host in ["", ".", "..", "1.2.3.4", "[::1]", "пример.рф", "a.-", "x y"] {
        let declared = Declared {
            content_type: None,
            host: Some(host),
        };
        decode(&bytes, &declared);
    }
}

/// Both repairs, as readers make them.
fn mend(text: &str) -> Cow<'_, str> {
    match undo_second_encoding(text) {
        Some(inner) => Cow::Owned(mend_controls(&inner).into_owned()),
        None => mend_controls(text),
    }
}

#[test]
fn text_that_was_encoded_twice_is_mended() {
    for (text, mended) in [
        ("Ã©", "é"),
        ("Ã\u{a0} l'Ã©tÃ©", "à l'été"),
        ("Â© 2026", "© 2026"),
        ("Å¡koda", "škoda"),
        ("Ð°Ð½Ð°", "ана"),
        ("\u{e2}\u{80}\u{a6}", "…"),
        ("donâ€™t", "don’t"),
        ("â€œZÃ¼richâ€\u{9d}", "“Zürich”"),
        ("don\u{92}t \u{201c}stop\u{201d}", "don’t “stop”"),
        ("\u{80} 5 от Порта", "€ 5 от Порта"),
    ] {
        assert_eq!(mend(text), mended);
    }
    for text in [
        "",
        "plain",
        "São Tomé",
        "IRMÃ”",
        "“IRMÔ",
        "Ã",
        "Größe – 3 €",
        "SANTÉ\u{a0}: un vaccin",
        "SANTÉ\u{a0}: un vaccin, LIBERTÉ\u{a0}!",
        "LIBERTÉ\u{a0}!",
        "NESTLÉ® results",
        "Spaß\u{a0}am",
        "Fuß½",
        "Le café\u{a0}»",
        "Voilà\u{a0}»",
        "IRMÃ\u{a0}»",
        "SANTÉ… LIBERTÉ…",
        "Le café” et “LE THÉ”",
        RUSSIAN,
        CHINESE,
    ] {
        assert!(
            matches!(mend(text), Cow::Borrowed(same) if same == text),
            "{text}"
        );
    }
}

#[test]
fn hostile_sizes_are_read_in_linear_time() {
    for piece in [
        &b"\xff"[..],
        b"\xc3",
        b"\0",
        b"a\0",
        b"\x1b$B",
        b"\xe2\x80",
        b"<meta",
        b"<?xml",
        b"\xc3\xa9\xff",
    ] {
        let bytes = piece.repeat(500_000 / piece.len());
        for content_type in ["", "text/xml; charset=gb18030", "text/xml; charset=utf-8"] {
            read(&bytes, content_type);
        }
    }
    let text = "\u{92}é".repeat(100_000);
    assert_eq!(mend(&text), "’é".repeat(100_000));
    let long_type = format!("text/xml; {}", "charset=x;".repeat(100_000));
    read(b"\xff", &long_type);
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(text in "[^\u{feff}\u{0}\u{1b}]{2,80}") {
        for bytes in [
            [&b"\xff\xfe"[..], &utf16(&text, u16::to_le_bytes)].concat(),
            [&b"\xfe\xff"[..], &utf16(&text, u16::to_be_bytes)].concat(),
            [&b"\xff\xfe\0\0"[..], &utf32(&text, u32::to_le_bytes)].concat(),
            [&b"\0\0\xfe\xff"[..], &utf32(&text, u32::to_be_bytes)].concat(),
            text.clone().into_bytes(),
        ] {
            let decoded = undeclared(&bytes);
            prop_assert_eq!(&*decoded.text, &text);
            prop_assert_eq!(decoded.repaired, 0);
        }
        let marked = format!("<?{text}");
        let bytes = utf16(&marked, u16::to_be_bytes);
        prop_assert_eq!(undeclared(&bytes).text, marked);
    }

    #[test]
    fn anything_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), content_type in ".{0,40}", host in ".{0,20}") {
        let declared = Declared { content_type: Some(&content_type), host: Some(&host) };
        let decoded = decode(&bytes, &declared);
        prop_assert!(decoded.text.len() <= bytes.len() * 3 + 3);
        mend(&decoded.text);
    }

    #[test]
    fn mending_does_not_touch_what_is_right(text in "[a-zA-Zа-яА-Я一-龥 .,]{0,60}") {
        prop_assert!(matches!(mend(&text), Cow::Borrowed(_)));
    }
}
