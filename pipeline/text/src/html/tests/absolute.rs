//! Addresses made absolute; scanning, on which it rests.

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use url::Url;

use super::super::scan::{Piece, Scanner};
use super::super::{absolute, tidy};

fn base() -> Url {
    Url::parse("https://news.example/a/b/page.html?q=1#top").unwrap()
}

#[test]
fn relative_addresses_are_resolved_by_the_letter() {
    for (relative, expected) in [
        ("x.html", "https://news.example/a/b/x.html"),
        ("./x y/é.html", "https://news.example/a/b/x y/é.html"),
        ("../x", "https://news.example/a/x"),
        ("../../../x", "https://news.example/x"),
        ("..", "https://news.example/a/"),
        (".", "https://news.example/a/b/"),
        ("/x/./y/../z", "https://news.example/x/z"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?p=2", "https://news.example/a/b/page.html?p=2"),
        ("#s", "https://news.example/a/b/page.html?q=1#s"),
        ("", "https://news.example/a/b/page.html?q=1"),
        ("x?u=../y#../z", "https://news.example/a/b/x?u=../y#../z"),
        (" x\n ", "https://news.example/a/b/x"),
    ] {
        let html = format!("<a href=\"{relative}\">");
        assert_eq!(
            absolute(&html, &base()),
            format!("<a href=\"{expected}\">"),
            "{relative}"
        );
    }
    for already in [
        "http://other.example",
        "mailto:a@b.example",
        "HTTP://X",
        "javascript:x",
        "tel:+1",
    ] {
        let html = format!("<a href='{already}'>");
        assert_eq!(absolute(&html, &base()), html);
    }
}

#[test]
fn addresses_are_found_where_elements_have_them() {
    for (html, expected) in [
        (
            "<IMG class=x SRC = 'i.png' alt=src>",
            "<IMG class=x SRC = \"https://news.example/a/b/i.png\" alt=src>",
        ),
        (
            "<img src=i.png/>",
            "<img src=\"https://news.example/a/b/i.png/\">",
        ),
        (
            "<a href=x?a=1&amp;b=%22>",
            "<a href=\"https://news.example/a/b/x?a=1&amp;b=%22\">",
        ),
        (
            "<a href='\"'>",
            "<a href=\"https://news.example/a/b/&quot;\">",
        ),
        (
            "<blockquote cite=/c>",
            "<blockquote cite=\"https://news.example/c\">",
        ),
        (
            "<video poster=p src=v>",
            "<video poster=\"https://news.example/a/b/p\" src=\"https://news.example/a/b/v\">",
        ),
        (
            "<form action=/go>",
            "<form action=\"https://news.example/go\">",
        ),
        (
            "<td background=b.gif>",
            "<td background=\"https://news.example/a/b/b.gif\">",
        ),
    ] {
        assert_eq!(absolute(html, &base()), expected);
    }
}

#[test]
fn everything_else_stays_as_it_is_written() {
    for html in [
        "",
        "a < b & c &amp; d",
        "<span src=x href=y title='href=z'>",
        "<img src=\"\" srcset=\"a.png 2x\">",
        "<!-- <a href=x> --><script>'<a href=x>'</script><textarea><a href=x></textarea>",
        "</a href=x>",
        "<a title=\"<a href=x>\">",
        "<a href=x",
        "<?php <a href=x ?>",
    ] {
        assert_eq!(absolute(html, &base()), html);
    }
    let opaque = Url::parse("mailto:a@b.example").unwrap();
    assert_eq!(absolute("<a href=x>", &opaque), "<a href=x>");
}

#[test]
fn tidy_markup_is_nearly_xml() {
    for (html, expected) in [
        (
            "<br><hr/><IMG src=x><embed src=x></embed>",
            "<br /><hr/><IMG src=x /><embed src=x />",
        ),
        (
            "<input disabled><p hidden class=x>",
            "<input disabled=\"disabled\" /><p hidden=\"hidden\" class=x>",
        ),
        ("a < b <! c", "a &lt; b &lt;! c"),
        (
            "</p></br><script>a < b</script>",
            "</p></br><script>a < b</script>",
        ),
        (
            "<a href=\"x\"<img src='y' <b>z</a>",
            "<a href=\"x\"><img src='y'  /><b>z</a>",
        ),
        ("<a b=c<d>", "<a b=c<d>"),
        (
            "<a href='http://x.example/#'>",
            "<a href='http://x.example/#'>",
        ),
        ("<a title=&quot;x&quot>", "<a title=&quot;x&amp;quot>"),
    ] {
        assert_eq!(tidy(html, None), expected);
        assert_eq!(tidy(expected, None), expected);
    }
    assert_eq!(
        tidy(
            "<a href='http://x.example/?a&amp;b#' title='#'>",
            Some(&base())
        ),
        "<a href=\"http://x.example/?a&amp;b\" title='#'>"
    );
    assert_eq!(
        tidy("<img alt src=x>", Some(&base())),
        "<img alt=\"alt\" src=\"https://news.example/a/b/x\" />"
    );
}

#[test]
fn constructs_end_where_a_browser_ends_them() {
    let pieces = |html| Scanner::new(html).map(Piece::source).collect::<Vec<_>>();
    assert_eq!(
        pieces("a<!-->b<!--->c<!-- > -->d<!-- --!>e"),
        [
            "a",
            "<!-->",
            "b",
            "<!--->",
            "c",
            "<!-- > -->",
            "d",
            "<!-- --!>",
            "e"
        ]
    );
    assert_eq!(
        pieces("<a title='>'>x</a >"),
        ["<a title='>'>", "x", "</a >"]
    );
    assert_eq!(
        pieces("<script><b></scripts></SCRIPT >x"),
        ["<script>", "<b></scripts>", "</SCRIPT >", "x"]
    );
    assert_eq!(pieces("<script/><b>"), ["<script/>", "<b>"]);
    assert_eq!(
        pieces("<![CDATA[<b>]]>]]>"),
        ["<![CDATA[", "<b>", "]]>", "]]>"]
    );
    assert_eq!(
        pieces("<!DOCTYPE html><?xml?></3><>< a"),
        ["<!DOCTYPE html>", "<?xml?>", "</3>", "<", ">", "<", " a"]
    );
    assert_eq!(
        pieces("<plaintext></plaintext><b>"),
        ["<plaintext>", "</plaintext><b>"]
    );
}

#[test]
fn hostile_markup_is_made_absolute_in_linear_time() {
    let attributes: String = (0..50_000).map(|i| format!(" a{i}=x src=x")).collect();
    for html in [
        format!("<img{attributes}>"),
        "<a href=x>".repeat(30_000),
        "<".repeat(300_000),
        "<!--".repeat(50_000),
        "<!---->".repeat(50_000),
        "<!-- --!>".repeat(50_000),
        "<title>".repeat(50_000),
        "<script></scrip".repeat(30_000),
        "<![CDATA[".repeat(30_000),
        "<a \"".repeat(50_000),
        format!("{}>", "<a x=\"\"".repeat(50_000)),
        "&".repeat(300_000),
    ] {
        let result = absolute(&html, &base());
        assert!(result.len() <= 5 * html.len() + 300 * 1024);
        assert!(tidy(&html, Some(&base())).len() <= 12 * html.len() + 300 * 1024);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost(html in "[<>/!\\-=\"' a-cs&;\\[\\]?éscript]{0,60}") {
        let pieces: String = Scanner::new(&html).map(Piece::source).collect();
        prop_assert_eq!(&pieces, &html);
        let opaque = Url::parse("about:blank").unwrap();
        prop_assert_eq!(absolute(&html, &opaque), html);
    }

    #[test]
    fn what_is_absolute_stays(html in "(<(a href|img src|a|b)=?[\"']?[a-c./?#&;:]{0,6}[\"']? ?/?>|[<>a &;]){0,12}") {
        let once = absolute(&html, &base());
        prop_assert_eq!(absolute(&once, &base()), once);
    }

    #[test]
    fn what_is_tidy_stays(html in "[<>/!\\-=\"' a-c&;brimg]{0,60}") {
        let once = tidy(&html, Some(&base()));
        prop_assert!(tidy(&once, Some(&base())) == once, "{} then {}", once, tidy(&once, Some(&base())));
    }
}
