//! Linked data (JSON-LD) of a page: the article that it describes, by schema.org.

use serde_json::{Map, Value};

use super::slim::line;

/// Values that are looked at on the way to an article.
const MAX_VALUES: usize = 20_000;
/// Authors, keywords and images of one article that are kept.
const MAX_LIST: usize = 50;

/// An article as linked data describes it.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) publisher: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) body: Option<String>,
    pub(super) section: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) images: Vec<(String, Option<String>)>,
    pub(super) url: Option<String>,
    pub(super) language: Option<String>,
    pub(super) description: Option<String>,
    /// Whether there is an article at all.
    pub(super) is_article: bool,
}

/// The most telling article of these scripts; empty where there is none.
pub(super) fn read(scripts: &[&str]) -> Linked {
    let parsed: Vec<Value> = scripts.iter().filter_map(|script| parse(script)).collect();
    let mut nodes: Vec<&Map<String, Value>> = Vec::new();
    let mut open: Vec<&Value> = parsed.iter().rev().collect();
    let mut seen = 0;
    while let Some(value) = open.pop() {
        seen += 1;
        if seen > MAX_VALUES {
            break;
        }
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(node) => {
                nodes.push(node);
                open.extend(
                    node.values()
                        .filter(|value| value.is_object() || value.is_array()),
                );
            }
            _ => {}
        }
    }
    let articles = nodes.iter().filter(|node| is_article(node));
    // Teasers of other articles have less to say.
    let best = articles.max_by_key(|node| {
        let keys = [
            "headline",
            "author",
            "datePublished",
            "articleBody",
            "publisher",
            "image",
        ];
        keys.iter().filter(|key| node.contains_key(**key)).count()
    });
    best.map(|node| article(node, &nodes)).unwrap_or_default()
}

/// Scripts are often not quite JSON: in comments, with control characters, with a semicolon at the end.
fn parse(script: &str) -> Option<Value> {
    let text = script.trim();
    let text = text.strip_prefix("<!--").unwrap_or(text);
    let text = text.strip_prefix("//<![CDATA[").unwrap_or(text).trim();
    let text = text.strip_suffix("-->").unwrap_or(text);
    let text = text.strip_suffix("//]]>").unwrap_or(text).trim();
    let text = text.trim_end_matches(';');
    serde_json::from_str(text).ok().or_else(|| {
        let clean: String = text
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect();
        serde_json::from_str(&clean).ok()
    })
}

fn is_article(node: &Map<String, Value>) -> bool {
    let is = |name: &str| {
        name.ends_with("Article")
            || name.ends_with("BlogPosting")
            || matches!(name, "Report" | "LiveBlogPosting" | "Review")
    };
    match node.get("@type") {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}

fn article(node: &Map<String, Value>, nodes: &[&Map<String, Value>]) -> Linked {
    let text = |key: &str| {
        node.get(key)
            .and_then(Value::as_str)
            .map(line)
            .filter(|text| !text.is_empty())
    };
    let names = |key: &str| {
        let mut found = Vec::new();
        if let Some(value) = node.get(key) {
            for one in many(value) {
                if let Some(name) = name_of(one, nodes)
                    && !found.contains(&name)
                {
                    found.push(name);
                }
            }
        }
        found
    };
    let mut authors = names("author");
    if authors.is_empty() {
        authors = names("creator");
    }
    Linked {
        headline: text("headline").or_else(|| text("name")),
        authors,
        publisher: names("publisher").into_iter().next(),
        published: text("datePublished").or_else(|| text("dateCreated")),
        modified: text("dateModified"),
        body: node
            .get("articleBody")
            .and_then(Value::as_str)
            .map(str::to_owned),
        section: node
            .get("articleSection")
            .and_then(|value| many(value).find_map(Value::as_str).map(line)),
        keywords: node.get("keywords").map(keywords).unwrap_or_default(),
        images: node.get("image").map(images).unwrap_or_default(),
        url: text("url").or_else(|| match node.get("mainEntityOfPage") {
            Some(Value::String(url)) => Some(url.clone()),
            Some(Value::Object(page)) => page.get("@id").and_then(Value::as_str).map(line),
            _ => None,
        }),
        language: text("inLanguage"),
        description: text("description"),
        is_article: true,
    }
}

/// A value, or those of a list.
fn many(value: &Value) -> impl Iterator<Item = &Value> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter().take(MAX_LIST)
}

/// The name of somebody, by what stands there or by what it refers to.
fn name_of(value: &Value, nodes: &[&Map<String, Value>]) -> Option<String> {
    let written = match value {
        Value::String(name) => Some(name.as_str()),
        Value::Object(node) => match node.get("name") {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Array(list)) => list.iter().find_map(Value::as_str),
            _ => {
                let id = node.get("@id")?;
                let mut others = nodes.iter();
                let other = others
                    .find(|other| other.get("@id") == Some(id) && other.contains_key("name"))?;
                other.get("name").and_then(Value::as_str)
            }
        },
        _ => None,
    };
    let name = line(written?);
    (!name.is_empty() && !name.starts_with("http")).then_some(name)
}

fn keywords(value: &Value) -> Vec<String> {
    let words = many(value).filter_map(Value::as_str);
    let words = words.flat_map(|words| words.split(',')).map(line);
    words
        .filter(|word| !word.is_empty())
        .take(MAX_LIST)
        .collect()
}

fn images(value: &Value) -> Vec<(String, Option<String>)> {
    let one = |value: &Value| match value {
        Value::String(url) => Some((url.clone(), None)),
        Value::Object(node) => {
            let text = |key: &str| node.get(key).and_then(Value::as_str);
            let url = text("url").or_else(|| text("contentUrl"))?;
            Some((url.to_owned(), text("caption").map(line)))
        }
        _ => None,
    };
    many(value).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_is_found_among_other_things() {
        let script = r##"<!-- {"@graph": [
            {"@type": "WebSite", "name": "Harbour News"},
            {"@type": "NewsArticle", "headline": "Teaser"},
            {"@type": ["NewsArticle"], "headline": "Ferries &amp; gulls", "author": [{"@id": "#roe"}, "Tom Low"],
             "publisher": {"name": "Harbour News"}, "datePublished": "2023-05-09", "keywords": "ferry, gull",
             "image": [{"url": "https://a.example/1.jpg", "caption": "A gull"}]},
            {"@id": "#roe", "@type": "Person", "name": "Jane  Roe"}]}; -->"##;
        let linked = read(&["no json", script]);
        assert_eq!(linked.headline.as_deref(), Some("Ferries & gulls"));
        assert_eq!(linked.authors, ["Jane Roe", "Tom Low"]);
        assert_eq!(linked.publisher.as_deref(), Some("Harbour News"));
        assert_eq!(linked.keywords, ["ferry", "gull"]);
        assert_eq!(linked.images.len(), 1);
    }

    #[test]
    fn deep_and_large_data_end() {
        let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(read(&[&deep]).headline.is_none());
        let wide = format!("[{}1]", "{},".repeat(100_000));
        assert!(read(&[&wide]).headline.is_none());
    }
}
