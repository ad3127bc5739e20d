//! What is an edit and what is not.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::counter::is_counter;
use super::{headline, wording};

/// Pairs of texts of one wording.
const COSMETIC: &[(&str, &str)] = &[
    // White space and paragraphs.
    ("The ferry  stays.", "The ferry stays."),
    (
        "The ferry stays.\n\nFares too.",
        "The ferry stays. Fares too.",
    ),
    ("She said:\n\n\"Stay.\"", "She said: \"Stay.\""),
    ("The ferry\u{a0}stays.", "The ferry stays."),
    ("  The ferry stays. ", "The ferry stays."),
    // Typography.
    ("\u{201c}Stay,\u{201d} she said.", "\"Stay,\" she said."),
    ("„Bleib“, sagte sie.", "\"Bleib\", sagte sie."),
    ("«Reste», dit-elle.", "« Reste », dit-elle."),
    ("« Reste », dit-elle.", "“Reste”, dit-elle."),
    ("The captain’s word", "The captain's word"),
    ("The captain`s word", "The captain's word"),
    ("The boat – a ferry – stays.", "The boat—a ferry—stays."),
    (
        "The boat -- a ferry -- stays.",
        "The boat - a ferry - stays.",
    ),
    ("A drop of −5 degrees", "A drop of -5 degrees"),
    ("And then…", "And then..."),
    ("A cafe\u{301} on the quay", "A caf\u{e9} on the quay"),
    // Addresses.
    (
        "See https://quay.example/a?utm_source=rss for more.",
        "See https://quay.example/a for more.",
    ),
    (
        "See http://www.quay.example/a/.",
        "See https://quay.example/a?fbclid=5.",
    ),
    (
        "(https://quay.example/a?utm_source=x)",
        "(https://quay.example/a?utm_source=y)",
    ),
    // Counters.
    (
        "The ferry stays.\n\n1,234 views",
        "The ferry stays.\n\n1,301 views",
    ),
    ("The ferry stays.\n\n1,234 views", "The ferry stays."),
    (
        "The ferry stays.\n\nComments (12)",
        "The ferry stays.\n\nComments (13)",
    ),
    (
        "The ferry stays. (12 comments)",
        "The ferry stays. (13 comments)",
    ),
    ("The ferry stays. [1 comment]", "The ferry stays."),
    (
        "3 min read\n\nThe ferry stays.",
        "4 min read\n\nThe ferry stays.",
    ),
    (
        "By Jane Roe · 3 min read · 12 comments\n\nThe ferry stays.",
        "By Jane Roe · 4 min read · 13 comments\n\nThe ferry stays.",
    ),
    (
        "By Jane Roe | Quay\n\nThe ferry stays.",
        "By Jane Roe | Quay | 7 shares\n\nThe ferry stays.",
    ),
    (
        "12 shares, 3 comments\n\nThe ferry stays.",
        "13 shares, 4 comments\n\nThe ferry stays.",
    ),
    (
        "The ferry stays.\n\nShared 3 times",
        "The ferry stays.\n\nShared 4 times",
    ),
    // Times told from now.
    (
        "Updated 5 minutes ago\n\nThe ferry stays.",
        "Updated 6 minutes ago\n\nThe ferry stays.",
    ),
    (
        "2 hours ago | 12 comments\n\nThe ferry stays.",
        "3 hours ago | 14 comments\n\nThe ferry stays.",
    ),
];

/// Pairs of texts of which one is an edit of the other.
const EDITS: &[(&str, &str)] = &[
    ("12 people died.", "14 people died."),
    ("12 people died", "14 people died"),
    (
        "The report had 1,234 views by noon.",
        "The report had 1,301 views by noon.",
    ),
    ("He has 3 comments on this.", "He has 4 comments on this."),
    ("The toll rose (12 dead)", "The toll rose (14 dead)"),
    ("The vote (12 to 9)", "The vote (12 to 8)"),
    ("Shares fell 3 percent", "Shares fell 4 percent"),
    ("$12 shares", "$13 shares"),
    ("12 % shares", "13 % shares"),
    ("Comments from 12 towns", "Comments from 13 towns"),
    ("12 votes", "13 votes"),
    ("Score: 2", "Score: 3"),
    ("1984", "1985"),
    ("12", "13"),
    ("12 of 34 comments", "13 of 34 comments"),
    (
        "It was 5 minutes ago that the ferry left.",
        "It was 6 minutes ago that the ferry left.",
    ),
    ("May 9, 2023", "May 10, 2023"),
    ("The Ferry stays.", "The ferry stays."),
    ("The ferry stays.", "The ferry stays!"),
    ("The ferry stays", "The ferry stays."),
    ("The council", "Thecouncil"),
    ("The resume", "The résumé"),
    ("The captain's word", "The captains word"),
    ("See https://quay.example/a", "See https://quay.example/b"),
    (
        "See https://quay.example/?id=1",
        "See https://quay.example/?id=2",
    ),
    ("By Jane Roe · 12 comments", "By John Doe · 12 comments"),
    ("The ferry stays.", "The ferry stays.\n\nFares too."),
];

/// Counters of many languages.
const COUNTERS: &[&str] = &[
    "1,234 views",
    "1.234 Aufrufe",
    "1 234 vues",
    "1'234 views",
    "1.2K views",
    "12k views",
    "3M views",
    "10K+ views",
    "Views: 12",
    "Comments (12)",
    "12 Comments",
    "Comments: 12",
    "# Comments: 12",
    "(12 comments)",
    "12 shares",
    "Shared 3 times",
    "Read 40 times",
    "12 likes",
    "❤ 12",
    "💬 12",
    "👁 1,234",
    "12 replies",
    "3 min read",
    "12-min read",
    "5 minute read",
    "Reading time: 4 minutes",
    "12 Kommentare",
    "Kommentare: 12",
    "40 mal gelesen",
    "Gelesen 40 Mal",
    "Lesezeit: 4 Min.",
    "4 Min. Lesezeit",
    "Lesedauer 4 Minuten",
    "12 commentaires",
    "Partagé 3 fois",
    "Temps de lecture : 4 min",
    "4 min de lecture",
    "J'aime 12",
    "12 comentarios",
    "Leído 40 veces",
    "Tiempo de lectura: 4 minutos",
    "12 commenti",
    "Letto 40 volte",
    "Tempo di lettura: 4 minuti",
    "12 comentários",
    "4 min de leitura",
    "40 keer gelezen",
    "12 reacties",
    "Leestijd 4 minuten",
    "12 komentarzy",
    "Просмотров: 1234",
    "12 комментариев",
    "Прочитано 40 раз",
    "Время чтения: 4 мин",
    "12 kommentarer",
    "Lästid: 4 min",
    "12 yorum",
    "1.234 görüntülenme",
    "12 hozzászólás",
    "1234次浏览",
    "阅读 1234",
    "12条评论",
    "阅读时间 4 分钟",
    "コメント12件",
    "12件のコメント",
    "1,234回視聴",
    "조회수 1,234회",
    "댓글 12개",
    "댓글 12",
    "12 تعليق",
    "12 תגובות",
];

/// Stamps of many languages.
const STAMPS: &[(&str, &str)] = &[
    ("5 minutes ago", "en"),
    ("Updated 5 minutes ago", "en"),
    ("Published: 3 hours ago", "en"),
    ("vor 5 Minuten", "de"),
    ("il y a 5 minutes", "fr"),
    ("hace 5 minutos", "es"),
    ("5 minuti fa", "it"),
    ("há 5 minutos", "pt"),
    ("5 minuten geleden", "nl"),
    ("5 minut temu", "pl"),
    ("5 минут назад", "ru"),
    ("för 5 minuter sedan", "sv"),
    ("5 dakika önce", "tr"),
    ("5分前", "ja"),
    ("5分钟前", "zh"),
    ("5분 전", "ko"),
];

#[test]
fn what_changes_by_itself_is_no_edit() {
    for &(one, other) in COSMETIC {
        assert_eq!(
            wording(one, Some("en")),
            wording(other, Some("en")),
            "{one:?} and {other:?}"
        );
    }
}

#[test]
fn what_an_editor_changes_is_one() {
    for &(one, other) in EDITS {
        assert_ne!(
            wording(one, Some("en")),
            wording(other, Some("en")),
            "{one:?} and {other:?}"
        );
    }
}

#[test]
fn counters_of_many_languages_are_known() {
    for counter in COUNTERS {
        assert!(is_counter(counter), "{counter}");
        assert_eq!(wording(counter, None), "", "{counter}");
    }
}

#[test]
fn stamps_of_many_languages_are_known() {
    for &(stamp, language) in STAMPS {
        assert_eq!(wording(stamp, Some(language)), "", "{stamp}");
    }
}

#[test]
fn a_headline_keeps_its_numbers_and_times() {
    assert_eq!(headline("Ferry stays (12 comments)"), "Ferry stays");
    assert_eq!(headline("Ferry stays | 12 comments"), "Ferry stays");
    assert_eq!(headline("“Ferry stays”"), headline("\"Ferry stays\""));
    for (one, other) in [
        ("10 years ago", "20 years ago"),
        ("12 comments", "13 comments"),
        ("Ferry stays", "Ferry Stays"),
        ("Ferry stays (12)", "Ferry stays (13)"),
        ("12 dead in storm", "14 dead in storm"),
    ] {
        assert_ne!(headline(one), headline(other), "{one} and {other}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_wording(text in any::<String>()) {
        wording(&text, None);
        prop_assert!(headline(&text).is_empty() == text.trim().is_empty());
    }

    #[test]
    fn the_wording_of_a_wording_is_the_same(words in prop::collection::vec("[a-zA-Zé“”–'0-9]{1,9}|[.,]|12 views|·", 1..30)) {
        let once = wording(&words.join(" "), Some("en"));
        prop_assert_eq!(wording(&once, Some("en")), once.clone());
    }
}
