//! Who asks for what is safe to show gets nothing that acts, in whatever field a feed puts it.
#![allow(clippy::unwrap_used, clippy::panic)]

use dateline_feed_reader::{Context, Options, Reading, read_with};

const EVIL: &str = "a&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;\
    &lt;a href=\"javascript:alert(3)\"&gt;b&lt;/a&gt;&lt;iframe src=\"//evil.example\"&gt;&lt;/iframe&gt;";

const LINK: &str = "java&#10;script:alert(4)";

fn safe(text: &str) -> Reading {
    let options = Options {
        sanitise: true,
        ..Options::default()
    };
    read_with(text.as_bytes(), &Context::default(), options)
}

fn assert_safe(text: &str) {
    let reading = safe(text);
    assert_eq!(
        (reading.error.as_ref(), reading.entries.len()),
        (None, 1),
        "{text}"
    );
    let shown = format!("{:?} {:?}", reading.feed, reading.entries).to_ascii_lowercase();
    for word in [
        "<script",
        "onerror",
        "alert(",
        "<iframe",
        "evil.example",
        "javascript:",
        "data:",
        "vbscript",
    ] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}

#[test]
fn nothing_in_rss_acts() {
    assert_safe(&format!(
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' \
         xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>\
         <channel><title>{EVIL}</title><description>{EVIL}</description><copyright>{EVIL}</copyright><link>{LINK}</link>\
         <image><url>{LINK}</url></image><itunes:image href='{LINK}'/><managingEditor>{EVIL}</managingEditor>\
         <item><title>{EVIL}</title><link>{LINK}</link><description>{EVIL}</description><content:encoded>{EVIL}</content:encoded>\
         <dc:creator>{EVIL}</dc:creator><dc:contributor>{EVIL}</dc:contributor><category domain='{LINK}'>{EVIL}</category>\
         <dc:rights>{EVIL}</dc:rights><source url='{LINK}'>{EVIL}</source><comments>{LINK}</comments>\
         <enclosure url='data:text/html,x'/><media:thumbnail url='{LINK}'/><media:keywords>{EVIL}</media:keywords>\
         <media:content url='https://a.example/'><media:title>{EVIL}</media:title><media:credit>{EVIL}</media:credit></media:content>\
         </item></channel></rss>"
    ));
}

#[test]
fn nothing_in_atom_acts() {
    let xhtml = "<div xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script><p onclick='alert(1)'>a</p>\
        <img src='x' onerror='alert(2)'/><a href='javascript:alert(3)'>b</a></div>";
    assert_safe(&format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title type='html'>{EVIL}</title><subtitle type='xhtml'>{xhtml}</subtitle>\
         <rights type='html'>{EVIL}</rights><logo>{LINK}</logo><author><name>{EVIL}</name><uri>{LINK}</uri></author>\
         <link href='{LINK}' title='{EVIL}'/><category term='x' label='{EVIL}'/>\
         <entry><title type='xhtml'>{xhtml}</title><link href='{LINK}'/><link rel='enclosure' href='vbscript:x'/>\
         <summary type='html'>{EVIL}</summary><content type='xhtml'>{xhtml}</content><content type='html'>{EVIL}</content>\
         <source><title type='html'>{EVIL}</title><link href='{LINK}'/></source><author><name>A</name><uri>{LINK}</uri></author>\
         </entry></feed>"
    ));
}

#[test]
fn nothing_in_json_acts() {
    let html =
        "a<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>b</a>";
    assert_safe(&format!(
        "{{\"version\": \"https://jsonfeed.org/version/1.1\", \"home_page_url\": \"javascript:alert(1)\", \"icon\": \"data:x\",
        \"items\": [{{\"id\": \"1\", \"url\": \"java\\nscript:alert(4)\", \"content_html\": \"{html}\", \"image\": \"javascript:x\",
        \"authors\": [{{\"name\": \"{html}\", \"url\": \"javascript:x\"}}], \"tags\": [\"{html}\"],
        \"attachments\": [{{\"url\": \"javascript:x\"}}]}}]}}"
    ));
}

#[test]
fn what_is_harmless_stays() {
    let reading = safe(
        "<rss version='2.0'><channel><link>https://a.example/</link><item><title>1 &lt; 2 &amp; 3</title>\
         <description>&lt;p&gt;A &lt;em&gt;word&lt;/em&gt; &lt;a href=\"https://a.example/x?a:b\"&gt;link&lt;/a&gt;&lt;/p&gt;</description>\
         <link>/1</link></item></channel></rss>",
    );
    let entry = &reading.entries[0];
    assert_eq!(entry.title.as_ref().unwrap().value, "1 < 2 & 3");
    let summary = &entry.summary.as_ref().unwrap().value;
    assert!(
        summary.contains("<em>word</em>") && summary.contains("https://a.example/x?a:b"),
        "{summary}"
    );
    assert_eq!(entry.link.as_deref(), Some("/1"));
}
