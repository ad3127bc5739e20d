use super::*;

const SENTENCE: &str = "<p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>";

fn page(head: &str, body: &str) -> Page {
    read(&format!(
        "<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    ))
}

#[test]
fn the_article_is_told_from_the_furniture_around_it() {
    let article = "<h1>Gulls return</h1>\
        <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>\
        <figure><img src=a.jpg><figcaption>Gulls above the quay. (Photo: Jane Roe/Tern News)</figcaption></figure>\
        <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>\
        <p><a href=/more>Read more: the ferries of spring</a></p>\
        <h2>Last year</h2>\
        <p>Last year they had come in April, and stayed until the ferries were laid up for the winter in late October.</p>";
    let page = page(
        "<title>Gulls return | Harbour News</title><meta property=og:title content='Gulls return | Harbour News'>\
         <meta property=og:site_name content='Harbour News'><meta property=og:image content=https://harbour.example/a.jpg>\
         <meta name=author content='By Tom Low and Ann Lee'><meta property=article:published_time content=2023-05-09T10:00:00Z>\
         <meta name=keywords content='gulls, harbour'><link rel=canonical href=https://harbour.example/gulls>",
        &format!(
            "<nav><ul><li><a href=/>Home</a><li><a href=/boats>Boats</a></ul></nav><div class=cookie-banner><p>We use cookies to make this site better.</p></div>\
             <article>{article}</article><aside><a href=/1>Ten best boats</a></aside><footer><p>© Harbour News</p></footer>"
        ),
    );
    assert_eq!(page.title.as_deref(), Some("Gulls return"));
    assert_eq!(page.authors, ["Tom Low", "Ann Lee"]);
    assert_eq!(page.publisher.as_deref(), Some("Harbour News"));
    assert_eq!(page.tags, ["gulls", "harbour"]);
    assert_eq!(page.language.as_deref(), Some("en"));
    assert_eq!(
        page.canonical.as_deref(),
        Some("https://harbour.example/gulls")
    );
    let image = page.image.unwrap();
    assert_eq!(image.caption.as_deref(), Some("Gulls above the quay."));
    assert_eq!(image.credit.as_deref(), Some("Jane Roe/Tern News"));
    assert_eq!(page.dates[0].place, DatePlace::Meta);
    let text = page.paragraphs.join("\n");
    for part in ["came back", "no lack of fish", "Last year they"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in ["Home", "cookies", "Read more", "quay", "©", "Ten best"] {
        assert!(!text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_summary_above_the_article_belongs_to_it() {
    let lead =
        "Late by a week, and nobody knows why: the gulls of the harbour are back from the south";
    let page = page(
        &format!("<meta name=description content='{lead}'>"),
        &format!(
            "<header><h1>Gulls return</h1><div class=lead>{lead}.</div></header><article>{}</article>",
            SENTENCE.repeat(4).replace("Monday", "<b>Monday</b>")
        ),
    );
    let first = page.paragraphs.first().unwrap();
    assert!(first.starts_with(lead), "{:?}", page.paragraphs);
}

#[test]
fn paragraphs_without_white_space_between_them_stay_apart() {
    let second = SENTENCE.replace("Monday", "Tuesday");
    let page = page(
        "<title>Gulls</title>",
        &format!("<article><h1>Gulls</h1>{SENTENCE}{second}</article>"),
    );
    assert_eq!(page.paragraphs.len(), 2, "{:?}", page.paragraphs);
}

#[test]
fn a_page_that_says_nothing_gives_nothing() {
    assert_eq!(read(""), Page::default());
    let page = page("", "<nav><a href=/>Home</a></nav>");
    assert!(page.title.is_none() && page.authors.is_empty() && page.image.is_none());
}

/// Pages that are built to hurt: each comes back, whatever it says.
#[test]
fn hostile_pages_come_back() {
    let many = |part: &str, count: usize| part.repeat(count);
    let numbered =
        |count: usize, part: fn(usize) -> String| (0..count).map(part).collect::<String>();
    let pages = [
        many("<div>", 100_000) + SENTENCE,
        many("<div><span><ul><li><table><tr><td><blockquote>", 10_000) + SENTENCE,
        format!(
            "<p {}>x</p>{SENTENCE}",
            numbered(100_000, |at| format!("a{at}=1 "))
        ),
        numbered(10_000, |at| format!("<font size={at}>")) + &many("<p>x", 10_000),
        numbered(50_000, |at| format!("<a href=/{at}>link {at}</a>")),
        many("<a href=x><div>", 20_000) + SENTENCE,
        many("<table>", 3000) + SENTENCE + &many("<tr><td>", 10_000),
        many("<!--", 100_000) + SENTENCE,
        many("<script>", 50_000) + SENTENCE,
        many("<svg>", 20_000) + SENTENCE,
        many("<button><p>", 20_000) + SENTENCE,
        format!(
            "<script type='application/ld+json'>{}</script>{SENTENCE}",
            many("{\"a\":[", 50_000)
        ),
        many("<h1>x", 20_000) + SENTENCE,
        many("<span class=byline>", 20_000) + SENTENCE,
        numbered(50_000, |at| format!("<meta name=m{at} content={at}>")),
        many("<time datetime=2020-01-01>", 20_000),
        format!("<p>{}</p>", many("&amp;", 500_000)),
        format!("<p>{}</p>", many("x", 4_000_000)),
        many("\0", 500_000),
        many("<dl><dt><dd><ruby><rt><frameset><select><option>", 5000) + SENTENCE,
    ];
    for page in pages {
        let read = read(&page);
        assert!(read.authors.len() <= 20, "{}", &page[..40.min(page.len())]);
    }
}

mod properties {
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_page_comes_back(parts in proptest::collection::vec(
            "(<[a-z]{1,7}( (class|id|itemprop|rel|property|content|href|style)=(\"[a-z: -]{0,12}\"|[a-z]{1,8}))?>|</[a-z]{1,7}>|<!--|-->|[a-zé& ;<>\"']{0,30}|<p>|</p>|<article>|<script type=application/ld\\+json>|\\{\"@type\":\"Article\"\\}|</script>)",
            0..60,
        )) {
            let page = super::read(&parts.concat());
            for paragraph in &page.paragraphs {
                prop_assert!(!paragraph.trim().is_empty());
            }
        }
    }
}
