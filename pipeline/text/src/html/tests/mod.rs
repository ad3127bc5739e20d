//! What markup says, broken markup too.

#![allow(clippy::unwrap_used, clippy::panic)]

mod absolute;
mod references;
mod sanitise;

use std::cell::{Cell, RefCell};

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, Tokenizer, TokenizerOpts};
use proptest::prelude::*;

use super::tags::{MAX_TAG_BYTES, TagEnd, tag_end, tag_start};
use super::tokens::{Reader, Sink, read};
use super::{HtmlImage, images, looks_like_html, to_paragraphs, to_text};

#[test]
fn blocks_part_paragraphs_and_inline_elements_do_not() {
    let html =
        "<div><h2>Head</h2>\n<p>One <b>bo</b>ld <a href='x'>link</a>.</p>Loose text<p>Two</div>";
    assert_eq!(
        to_paragraphs(html),
        ["Head", "One bold link.", "Loose text", "Two"]
    );
    assert_eq!(to_text("CO<sub>2</sub> rises<br>again"), "CO2 rises again");
}

#[test]
fn two_breaks_part_paragraphs_and_one_does_not() {
    assert_eq!(
        to_paragraphs("a<br>b<br/><br />c<br> &nbsp; <br>d<br><!-- x --><br><br>e"),
        ["a b", "c", "d", "e"]
    );
    assert_eq!(to_paragraphs("a<br></br>b"), ["a b"]);
    assert_eq!(to_paragraphs("<br><br>a<br>"), ["a"]);
}

#[test]
fn list_items_are_paragraphs_and_cells_are_words() {
    let html = "<ul><li>one<li>two <i>2</i></ul><table><tr><td>a</td><td>b<tr><th>c</th><th>d</table><dl><dt>t<dd>e</dl>";
    assert_eq!(
        to_paragraphs(html),
        ["one", "two 2", "a b", "c d", "t", "e"]
    );
}

#[test]
fn what_is_no_text_is_dropped() {
    let html = "<head><title>T</title><style>p{}</style></head><body>a<script>if (a<b) '</p>'</script>b<style>x</style> \
        <noscript><img src=x>n</noscript><template><p>t<template>u</template></p>v</template>c<svg><text>s</text></svg>\
        <iframe src=y>i</iframe><select><option>o</select>d <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> <video><p>v</p></video>e";
    assert_eq!(to_paragraphs(html), ["ab cd 漢 e"]);
}

#[test]
fn unclosed_elements_do_not_swallow_the_article() {
    assert_eq!(
        to_paragraphs("<svg><path d=x><p>Still here"),
        ["Still here"]
    );
    assert_eq!(
        to_paragraphs("<head><meta charset=x><p>Still here"),
        ["Still here"]
    );
    assert_eq!(to_paragraphs("<ruby>漢<rt>kan</ruby>字"), ["漢字"]);
    assert_eq!(
        to_paragraphs("a<svg/>b<script src=x />c<iframe/>d"),
        ["abcd"]
    );
    assert_eq!(to_paragraphs("</svg></template></p>a"), ["a"]);
}

#[test]
fn what_is_cut_off_ends_quietly() {
    assert_eq!(to_paragraphs("a<script>var x = '</scr"), ["a"]);
    assert_eq!(
        to_paragraphs("<p>a <a href=\"https://example.org/cut"),
        ["a"]
    );
    assert_eq!(to_paragraphs("a<!-- never ends <p>b"), ["a"]);
    assert_eq!(to_paragraphs("caf&eacut"), ["caf&eacut"]);
    assert_eq!(to_paragraphs("AT&amp"), ["AT&"]);
    assert_eq!(to_paragraphs("a <"), ["a <"]);
    assert_eq!(to_paragraphs(""), Vec::<String>::new());
}

#[test]
fn entities_are_decoded_once() {
    assert_eq!(
        to_text("Caf&eacute; &#8212; &#x1F600; &lt;b&gt; &amp;amp; &nosuch; R&D &copy 2024"),
        "Café — 😀 <b> &amp; &nosuch; R&D © 2024"
    );
    assert_eq!(
        to_text("a&nbsp;&nbsp;b&ZeroWidthSpace;c co&shy;op&#0;&#7;"),
        "a bc coop\u{fffd}"
    );
}

#[test]
fn comments_and_declarations_are_no_text() {
    assert_eq!(
        to_paragraphs("<!DOCTYPE html><?xml version='1'?>a<!-- <p>b</p> -->c<!x>d</ e>f</>g"),
        ["acdfg"]
    );
    assert_eq!(
        to_paragraphs("<!--[if lt IE 9]><p>old</p><![endif]--><p>new"),
        ["new"]
    );
}

#[test]
fn a_cdata_section_is_read_as_markup() {
    assert_eq!(
        to_paragraphs("<![CDATA[<p>a &amp; b</p>c]]> d ]]>"),
        ["a & b", "c d ]]>"]
    );
}

#[test]
fn a_bare_less_than_is_text() {
    assert_eq!(to_text("2 < 3 & 4 > 1, I <3 it"), "2 < 3 & 4 > 1, I <3 it");
}

#[test]
fn images_have_source_alternative_and_caption() {
    let html = "<img src=' a.jpg?w=1&amp;h=2 ' alt='Boats &amp;\n nets'><figure><img src=b.png><img src=a.jpg?w=1&h=2><img src=c.png alt=''>\
        <figcaption>At <b>sea</b>.<span>Jane Doe</span><script>x()</script></figcaption></figure><img src='d.png'>";
    let image = |src: &str, alt: Option<&str>, caption: Option<&str>| HtmlImage {
        src: src.to_owned(),
        alt: alt.map(str::to_owned),
        caption: caption.map(str::to_owned),
    };
    let expected = [
        image("a.jpg?w=1&h=2", Some("Boats & nets"), None),
        image("b.png", None, Some("At sea. Jane Doe")),
        image("c.png", None, Some("At sea. Jane Doe")),
        image("d.png", None, None),
    ];
    assert_eq!(images(html, 10), expected);
    assert_eq!(
        images(html, 2),
        expected[..2],
        "the figure that the last image is in is read to its end"
    );
    assert_eq!(images(html, 0), []);
}

#[test]
fn late_images_are_found_and_inlined_ones_are_not() {
    let html = "<img src='data:image/gif;base64,R0' data-src='real.jpg'><img data-original=o.jpg><noscript><img src='real.jpg'></noscript>\
        <img alt=none><img src=''><IMG SRC=up.jpg>";
    let sources: Vec<_> = images(html, 10)
        .into_iter()
        .map(|image| image.src)
        .collect();
    assert_eq!(sources, ["real.jpg", "o.jpg", "up.jpg"]);
}

#[test]
fn an_unclosed_figure_still_has_its_caption() {
    assert_eq!(
        images("<figure><img src=a><figcaption>Cut o", 3)[0]
            .caption
            .as_deref(),
        Some("Cut o")
    );
}

#[test]
fn an_image_inlined_in_a_huge_tag_is_passed_over() {
    let html = format!(
        "<img src='data:image/png;base64,{}'><img src=b.png>",
        "A".repeat(3 * MAX_TAG_BYTES)
    );
    assert_eq!(images(&html, 5).len(), 1);
}

#[test]
fn a_tag_of_hostile_size_is_a_tag() {
    let attributes: String = (0..200_000).map(|i| format!(" a{i}='>'")).collect();
    assert_eq!(
        to_paragraphs(&format!("a<p{attributes}>b</p{attributes}>c")),
        ["a", "b", "c"]
    );
    assert_eq!(
        images(&format!("<img src=a{attributes}><img src=b>"), 5).len(),
        1
    );
}

#[test]
fn depth_costs_nothing() {
    assert_eq!(
        to_paragraphs(&format!("{}x", "<div><b><template>".repeat(50_000))),
        Vec::<String>::new()
    );
    assert_eq!(
        to_paragraphs(&format!("{}x", "<div><b><li>".repeat(50_000))),
        ["x"]
    );
}

#[test]
fn markup_is_told_from_text() {
    for markup in [
        "<p>x",
        "a<br>b",
        "a<br/>b",
        "x</a>",
        "<IMG src=x>",
        "AT&amp;T",
        "&#39;",
        "&#x27;",
        "&lt;p&gt;x",
        "<!-- x -->",
        "<![CDATA[x]]>",
        "caf&eacute;",
    ] {
        assert!(looks_like_html(markup), "{markup}");
    }
    for text in [
        "",
        "a < b and c > d",
        "AT&T",
        "R&D; then",
        "<jane@example.org>",
        "x <3 y",
        "&;",
        "&#;",
        "&#x;",
        "&#xg;",
        "&nosuch;",
        "if (a<b) c",
        "<",
        "&",
        "<pre-war>",
        "<é>",
    ] {
        assert!(!looks_like_html(text), "{text}");
    }
}

#[test]
fn tag_ends_are_the_tokenizers() {
    let end = |len, self_closing| Some(TagEnd { len, self_closing });
    assert_eq!(tag_end("<p>x"), end(3, false));
    assert_eq!(tag_end("<p/>x"), end(4, true));
    assert_eq!(tag_end("</p >x"), end(5, false));
    assert_eq!(tag_end("<p a='>' b=\">\"/>x"), end(16, true));
    assert_eq!(tag_end("<p a=b/>x"), end(8, false));
    assert_eq!(tag_end("<p 'a>'>x"), end(6, false));
    assert_eq!(tag_end("<p =\"a>\">x"), end(7, false));
    assert_eq!(tag_end("<p a = '>'>x"), end(11, false));
    assert_eq!((tag_end("<p a='never>"), tag_end("</p")), (None, None));
    assert_eq!(
        (tag_start("<img/>"), tag_start("</p >"), tag_start("<p")),
        ("<img", "</p", "<p")
    );
}

/// Writes down what it is told, text in one piece however it was cut.
#[derive(Debug, Default, PartialEq)]
struct Transcript {
    lines: Vec<String>,
    in_text: bool,
}

impl Reader for Transcript {
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.lines.last_mut().filter(|_| self.in_text) {
            Some(last) => last.push_str(text),
            None => self.lines.push(text.to_owned()),
        }
        self.in_text = true;
    }

    fn tag(&mut self, tag: &Tag) {
        self.in_text = false;
        let attributes: Vec<_> = if &*tag.name == "img" {
            tag.attrs.clone()
        } else {
            Vec::new()
        };
        self.lines.push(format!(
            "{:?} {} {} {attributes:?}",
            tag.kind, &*tag.name, tag.self_closing
        ));
    }

    fn wants_attributes(&self, tag_start: &str) -> bool {
        tag_start.ends_with("img")
    }
}

/// What the tokenizer says when it is given all of `html` at once: the oracle of [`read`].
fn transcript_of_the_whole(html: &str) -> Transcript {
    let sink = Sink {
        reader: RefCell::new(Transcript::default()),
        raw_text: RefCell::new(None),
        in_declaration: Cell::new(false),
    };
    let tokenizer = Tokenizer::new(
        sink,
        TokenizerOpts {
            discard_bom: false,
            ..TokenizerOpts::default()
        },
    );
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    assert!(matches!(tokenizer.feed(&input), TokenizerResult::Done));
    tokenizer.end();
    tokenizer.sink.reader.into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn pieces_are_tokenized_as_the_whole(
        pieces in prop::collection::vec(prop::sample::select(&[
            "<", ">", "/", "!", "--", "?", "=", "'", "\"", " ", "\n", "a", "B", "&", "&amp;", "&am", ";", "#38", "é", "p", "img", "script",
            "<p>", "</p>", "<img src=x", "<script>", "</script", "<style ", "</style>", "<title>", "</title>", "<!--", "-->", "<!doctype", "</ ",
        ][..]), 0..24),
    ) {
        let html = pieces.concat();
        let (pieces, whole) = (read(&html, Transcript::default()), transcript_of_the_whole(&html));
        prop_assert_eq!(pieces.lines, whole.lines, "{}", html);
    }

    #[test]
    fn any_text_gives_clean_paragraphs(html in any::<String>()) {
        for paragraph in to_paragraphs(&html) {
            prop_assert!(!paragraph.is_empty() && !paragraph.contains(char::is_control));
        }
        looks_like_html(&html);
    }

    #[test]
    fn any_markup_gives_clean_text_and_images(html in "(<(/?)(p|br|img src=[a-z]|figure|figcaption|svg|script|table|!--|!\\[CDATA\\[)(/?>|-->)?|[a-z &;#<>\u{0}\u{85}\u{ad}]){0,40}") {
        prop_assert!(!to_text(&html).contains(char::is_control));
        for image in images(&html, 4) {
            prop_assert!(!image.src.is_empty() && !image.src.contains(char::is_control));
            prop_assert!(image.alt.is_none_or(|alt| !alt.contains(char::is_control)));
        }
    }
}
