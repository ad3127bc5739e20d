//! Safe markup: what comes out, and that nothing else ever does.

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{RawKind, State};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;
use url::Url;

use super::super::sanitise;

fn safe(html: &str) -> String {
    let once = sanitise(html, None);
    assert_harmless(&once);
    assert_eq!(sanitise(&once, None), once, "from {html}");
    once
}

#[test]
fn an_address_is_judged_as_it_will_be_written() {
    for html in [
        "<a href=\"java\0script:alert(1)\">x</a>",
        "<a href=\"\0javascript:alert(1)\">x</a>",
        "<a href=\"java&#0;script:alert(1)\">x</a>",
        "<a href=\"java&#x09;scr\tipt:alert(1)\">x</a>",
        "<img src=\"vb\0script:x\">",
    ] {
        let safe = safe(html);
        assert!(
            !safe.contains("javascript:") && !safe.contains("vbscript:"),
            "{safe}"
        );
    }
}

#[test]
fn text_and_harmless_markup_stay() {
    for html in [
        "",
        "Just words; a > b.",
        "AT&amp;T &lt;b&gt; caf&eacute; &#233; &nbsp;",
        "<p class=\"lead\">One <b>bold</b> <a href=\"https://x.example/?a=1&amp;b=2\" title=\"t\">link</a></p>",
        "<img alt=\"a &quot;b&quot;\" src=\"i.png\" /><br /><hr />",
        "<ul><li>One<li>Two</ul></p>",
        "<table><tr><td colspan=\"2\">x</td></tr></table>",
        "<figure><figcaption>c</figcaption></figure>",
        "<img src=\"data:image/png;base64,AAAA\" />",
        "<svg viewBox=\"0 0 1 1\" xmlns=\"http://www.w3.org/2000/svg\"><linearGradient id=\"g\"></linearGradient><path d=\"M0 0\" fill=\"url(#g)\"></path></svg>",
        "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"><mi>x</mi></math>",
    ] {
        assert_eq!(safe(html), html);
    }
}

#[test]
fn markup_is_written_one_way() {
    for (html, expected) in [
        ("<P CLASS=x ID='a'>A</P>", "<p class=\"x\" id=\"a\">A</p>"),
        (
            "<br><img src=a></img><a name=x />",
            "<br /><img src=\"a\" /><a name=\"x\"></a>",
        ),
        (
            "<input disabled><img alt>",
            "<input disabled=\"disabled\" /><img alt=\"\" />",
        ),
        (
            "<p title='\"<>&amp;&lt' title=second>",
            "<p title=\"&quot;&lt;&gt;&amp;&lt;\">",
        ),
        (
            "a < b & c &copy 2024 &nosuch; &#146;&#X61;",
            "a &lt; b &amp; c &copy; 2024 &amp;nosuch; &#x2019;&#x61;",
        ),
        ("&#39;&#34;&#0;&#1;&#00000000000065;", "'\"&#xfffd;&#x41;"),
        (" \r\n a\r\nb\rc \0 ", "a\nb\nc"),
        (
            "<LINEARGRADIENT><svg><LINEARGRADIENT VIEWBOX=1 onload=x></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><linearGradient viewBox=\"1\"></svg>",
        ),
        (
            "<a href=x rel='NoFollow ME' type=TEXT/html>",
            "<a href=\"x\" rel=\"nofollow me\" type=\"text/html\">",
        ),
        (
            "<textarea><b></textarea><textarea>x",
            "<textarea>&lt;b></textarea><textarea>x</textarea>",
        ),
        (
            "<xmp><b>&amp;</xmp><title>a<b></title>",
            "&lt;b>&amp;amp;a&lt;b>",
        ),
    ] {
        assert_eq!(safe(html), expected, "{html}");
    }
}

#[test]
fn what_runs_or_loads_goes() {
    for (html, expected) in [
        ("safe<script>alert(1)</script>", "safe"),
        ("safe<SCRIPT\n>alert('<b>')</sCRipt\n>", "safe"),
        ("safe<script>alert(1)", "safe"),
        ("safe<script/>text", "safetext"),
        ("safe<style>p { color: red }</style>", "safe"),
        (
            "safe<applet code=x><p>old</p><applet></applet>browser</applet>",
            "safe",
        ),
        ("safe<iframe src=x>frames</iframe>", "safe"),
        ("safe<iframe src=x>open", "safeopen"),
        ("<object data=x><embed src=y>instead</object>", "instead"),
        (
            "<meta http-equiv=refresh content=0><link rel=stylesheet href=x><base href=x>safe",
            "safe",
        ),
        (
            "safe<!-- x --><!DOCTYPE html><?php x ?><![CDATA[<b>y</b>]]></3>",
            "safe<b>y</b>",
        ),
        ("sa<!-- -- nonwhitespace >fe", "safe"),
        ("safe<!--", "safe"),
        (
            "<p onclick=x onmouseover='y' ONLOAD=z style=behavior:x srcdoc=x formaction=x>safe</p>",
            "<p>safe</p>",
        ),
        ("<body onload=x><html><head>safe</head></body>", "safe"),
        (
            "<svg><script>x</script><animate attributeName=href to=javascript:x /><image href=x /><style>x</style></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
        ),
        (
            "<svg><use xlink:href='https://x.example/#a'/></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><use xlink:href=\"\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"></use></svg>",
        ),
        (
            "<svg fill='url(https://x.example)'></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
        ),
    ] {
        assert_eq!(safe(html), expected, "{html}");
    }
}

#[test]
fn addresses_of_other_schemes_become_empty() {
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " \u{1}\njavascript:alert(1)",
        "java\tscript:alert(1)",
        "java&#10;script:alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript&#58;alert(1)",
        "&#0000106avascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>x</script>",
        "data:image/svg+xml,<svg onload=x>",
        "file:///etc/passwd",
        "blob:x",
        "about:blank",
        "view-source:x",
        "ms-word:x",
    ] {
        for name in [
            "href",
            "src",
            "action",
            "background",
            "cite",
            "longdesc",
            "poster",
            "dynsrc",
            "ping",
        ] {
            assert_eq!(
                safe(&format!("<a {name}=\"{address}\">")),
                format!("<a {name}=\"\">"),
                "{address}"
            );
        }
    }
    for address in [
        "https://x.example",
        "HTTP://x",
        "mailto:a@b.example",
        "tel:+4930",
        "//x.example/y",
        "x:",
        "1:2",
        "a/b:c",
        "#f",
        "?q:r",
    ] {
        let kept = if address == "x:" { "" } else { address };
        assert_eq!(
            safe(&format!("<a href=\"{address}\">")),
            format!("<a href=\"{kept}\">")
        );
    }
}

#[test]
fn addresses_are_made_absolute_on_the_way() {
    let base = Url::parse("https://news.example/a/b").unwrap();
    assert_eq!(
        sanitise("<a href=c?d&e><img src=/f.png>", Some(&base)),
        "<a href=\"https://news.example/a/c?d&amp;e\"><img src=\"https://news.example/f.png\" />"
    );
}

#[test]
fn styles_keep_how_text_looks() {
    for (style, expected) in [
        ("color: red", "color: red;"),
        (
            "color:red;font-weight :bold",
            "color: red; font-weight: bold;",
        ),
        ("border: medium none ;", "border: medium none ;"),
        ("border: solid 2px #000000", "border: solid 2px #000000;"),
        ("color: rgb(0, 128, 0)", "color: rgb(0, 128, 0);"),
        (
            "font-family: 'Comic Sans MS', \"Arial\"",
            "font-family: 'Comic Sans MS', &quot;Arial&quot;;",
        ),
        ("background: url(x.png) yellow", "background: yellow;"),
        ("background: url (javascript:x)", ""),
        ("position: absolute; top: 0", ""),
        (
            "margin-left: -9999px; margin-top: 10px",
            "margin-top: 10px;",
        ),
        ("width: expression(alert(1))", ""),
        ("color: \\72 ed; color: r/**/ed", ""),
        ("behavior: x; -moz-binding: x; mso-list: l0", ""),
        ("background-image: foo", ""),
        ("color: red: blue", ""),
        ("@import 'x'; color: red", "color: red;"),
        ("color: 'red", ""),
        ("font: \"a;b\"; color: blue", "color: blue;"),
    ] {
        let html = format!("<p style=\"{}\">", style.replace('"', "&quot;"));
        let attribute = if expected.is_empty() {
            String::new()
        } else {
            format!(" style=\"{expected}\"")
        };
        assert_eq!(safe(&html), format!("<p{attribute}>"), "{style}");
    }
}

#[test]
fn markup_that_changes_when_it_is_read_again_stays_harmless() {
    for html in [
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<svg><title><style><img src=\"</style><img src=x onerror=alert(1)//\"></title></svg>",
        "<textarea><img title=\"</textarea><script>alert(1)</script>\">",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<<script>script>alert(1)<</script>/script>",
        "<img \"\"\"><script>alert(1)</script>\">",
        "<a title=\"x`\" alt='`onmouseover=alert(1)'>",
        "<img src=x:x onerror\n=\nalert(1)>",
        "<img/src='x'/onerror='alert(1)'>",
        "<a/=onclick href=javascript:x>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<!--!> --!><img src=x onerror=alert(1)>",
        "<![CDATA[><script>alert(1)</script>]]>",
        "<select><iframe></select><img src=x onerror=alert(1)></iframe>",
        "<svg><foreignObject><math><annotation-xml encoding=text/html><style></annotation-xml><img src onerror=x></style>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&am<b2>p;lt;script>",
        "<p title='&amp;quot; onclick=x'>",
        "<plaintext><script>alert(1)</script>",
        "<isindex action=javascript:x type=image>",
        "<template><script>alert(1)</script></template>",
        "<x><y title=\"\u{0}<z\">",
    ] {
        safe(html);
    }
}

#[test]
fn hostile_markup_is_made_safe_in_linear_time() {
    let attributes: String = (0..50_000).map(|i| format!(" a{i}=x class=y")).collect();
    for html in [
        format!("<p{attributes}>"),
        "<div>".repeat(100_000),
        "<svg>".repeat(50_000),
        "<applet>".repeat(50_000),
        "<".repeat(500_000),
        "&".repeat(300_000),
        "<iframe>".repeat(50_000),
        "<!-- -- >".repeat(50_000),
        "<textarea>".repeat(50_000),
        format!("<p style=\"{}\">", "(".repeat(50_000)),
        format!("<p style=\"{}\">", "url(".repeat(10_000)),
        "<p style='color:red'>".repeat(20_000),
        "<a href=x>".repeat(30_000),
    ] {
        let base = Url::parse(&format!("https://news.example/{}/", "a".repeat(1000))).unwrap();
        let result = sanitise(&html, Some(&base));
        assert!(result.len() <= 12 * html.len() + 300 * 1024);
    }
}

/// Reads markup in every state that a parser can be in at its start, and looks for what must not be in it.
fn assert_harmless(markup: &str) {
    let raw = |kind| Some(State::RawData(kind));
    let states = [
        None,
        raw(RawKind::Rcdata),
        raw(RawKind::Rawtext),
        raw(RawKind::ScriptData),
        Some(State::Plaintext),
    ];
    for initial_state in states {
        let options = TokenizerOpts {
            initial_state,
            ..TokenizerOpts::default()
        };
        let tokenizer = Tokenizer::new(Judge(RefCell::new(None)), options);
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(markup));
        assert!(matches!(tokenizer.feed(&input), TokenizerResult::Done));
        tokenizer.end();
        if let Some(objection) = tokenizer.sink.0.into_inner() {
            panic!("{objection} in {markup}");
        }
    }
}

/// Objects to whatever is not known to be harmless. Its lists are written for the test alone.
struct Judge(RefCell<Option<String>>);

impl Judge {
    fn tag(&self, tag: &html5ever::tokenizer::Tag) -> Option<String> {
        let bad_elements = "applet base body embed frame frameset html iframe image link meta noembed noframes object param \
            plaintext script style template xmp animate set";
        let name = &*tag.name;
        if bad_elements.split_ascii_whitespace().any(|bad| bad == name) {
            return Some(format!("<{name}>"));
        }
        if tag.kind == TagKind::EndTag && !tag.attrs.is_empty() {
            return Some(format!("attributes on </{name}>"));
        }
        tag.attrs.iter().find_map(|attribute| {
            let (key, value) = (&*attribute.name.local, attribute.value.to_ascii_lowercase());
            let squeezed: String = value.chars().filter(|c| *c > ' ').collect();
            let is_bad_name = key.starts_with("on")
                || [
                    "srcdoc",
                    "formaction",
                    "http-equiv",
                    "attributename",
                    "srcset",
                ]
                .contains(&key);
            let runs = ["javascript:", "vbscript:", "data:text", "data:image/svg"]
                .iter()
                .any(|bad| squeezed.starts_with(bad));
            let is_address =
                key.ends_with("href") || ["src", "action", "background", "poster"].contains(&key);
            let is_bad_style = key == "style"
                && ["(\\", "url", "expression", "@", "/*", "\\", "position"]
                    .iter()
                    .any(|bad| value.contains(bad));
            (is_bad_name || is_address && runs || is_bad_style)
                .then(|| format!("{key}={value} on <{name}>"))
        })
    }
}

impl TokenSink for Judge {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let objection = match token {
            Token::TagToken(tag) => self.tag(&tag),
            Token::CommentToken(text) => Some(format!("a comment ({text})")),
            Token::DoctypeToken(_) => Some("a doctype".to_owned()),
            _ => None,
        };
        if objection.is_some() {
            self.0.replace(objection);
        }
        TokenSinkResult::Continue
    }
}

fn piece() -> impl Strategy<Value = String> {
    let words = "<|>|</|/>|=|\"|'|`| |\\n|&|;|#|<!--|-->|--!>|<!|<\\?|<!\\[CDATA\\[|\\]\\]>|a|p|b|x|img|svg|math|style|title|script|\
        textarea|noscript|iframe|select|table|mglyph|mtext|foreignObject|annotation-xml|use|href|src|xlink:href|onerror|onload|\
        action|fill|url\\(|\\)|javascript:|data:|image/svg|&colon;|&#58|&lt;|&amp|&#106;|\0|\t|é|color:|red|\\(|expression";
    proptest::collection::vec(proptest::string::string_regex(words).unwrap(), 0..30)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn nothing_harmful_comes_out(html in piece()) {
        safe(&html);
    }

    #[test]
    fn tags_of_all_kinds_are_made_safe(
        tags in proptest::collection::vec(("(/?)(p|a|svg|script|style|title|math|textarea|xmp|noscript|img|iframe|x)", "(href|src|style|onload|title|xmlns)", piece(), "[\"' ]?"), 0..6)
    ) {
        let html: String = tags.iter().map(|(tag, name, value, quote)| format!("<{tag} {name}={quote}{value}{quote}>text")).collect();
        safe(&html);
    }

    #[test]
    fn plain_text_stays(text in "[a-zа-я0-9.,;:!?()>\"' ]{0,60}") {
        prop_assert_eq!(safe(&text), text.trim());
    }
}
