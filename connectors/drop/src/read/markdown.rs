//! Markdown with front matter, as static sites and writers' programs have it: YAML between `---` (Jekyll, Hugo, Obsidian), TOML between `+++` (Hugo), keys by
//! their usual names.

use dateline_pipeline::draft::{Item, Link, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Image;
use pulldown_cmark::{Options, Parser, html};
use serde_json::{Map, Value};

use super::FileArticle;
use super::fields::{people, stated};

/// Bytes of front matter that are read.
const MAX_FRONT: usize = 64 << 10;
/// Words of one list that are kept.
const MAX_LIST: usize = 64;

/// The front matter of a text and what follows it, where it begins with such.
pub(super) fn split(text: &str) -> Option<(Front<'_>, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    let (mark, language) = match text.get(..3)? {
        "---" => ("---", Language::Yaml),
        "+++" => ("+++", Language::Toml),
        _ => return None,
    };
    let rest = text[3..]
        .trim_start_matches([' ', '\t', '\r'])
        .strip_prefix('\n')?;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == mark {
            let front = &rest[..end];
            let has_key = front.lines().any(|line| {
                let key = line.split([':', '=']).next().unwrap_or_default();
                key.len() < line.len()
                    && key
                        .trim()
                        .chars()
                        .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
            });
            let body = &rest[end + line.len()..];
            return has_key.then_some((
                Front {
                    text: front,
                    language,
                },
                body,
            ));
        }
        end += line.len();
        if end > MAX_FRONT {
            return None;
        }
    }
    None
}

/// What stands before the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Front<'t> {
    text: &'t str,
    language: Language,
}

#[derive(Debug, Clone, Copy)]
enum Language {
    Yaml,
    Toml,
}

pub(super) fn read(front: Front<'_>, body: &str) -> Result<FileArticle, Fault> {
    let values = front.values()?;
    let text = |names: &[&str]| names.iter().find_map(|name| one(values.get(*name)?));
    let words = |names: &[&str]| -> Vec<String> {
        let found = names.iter().filter_map(|name| values.get(*name));
        found.flat_map(many).take(MAX_LIST).collect()
    };
    let language = text(&["lang", "language", "locale"]);
    let date =
        |names: &[&str]| text(names).and_then(|written| stated(&written, language.as_deref()));
    let mut markup = String::with_capacity(body.len() * 5 / 4);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    html::push_html(&mut markup, Parser::new_ext(body, options));
    let image = text(&["image", "cover", "thumbnail", "featured_image"]);
    let item = Item {
        link: text(&["canonical_url", "canonical", "permalink", "url", "link"])
            .filter(|href| href.starts_with("http"))
            .map(|href| Link {
                href,
                trust: Trust::Stated,
            }),
        title: text(&["title", "headline"]).map(Text::plain),
        summary: text(&["description", "summary", "excerpt", "subtitle"]).map(Text::plain),
        content: (!body.trim().is_empty()).then(|| Text::html(markup)),
        authors: words(&["author", "authors", "byline"])
            .iter()
            .flat_map(|byline| people(byline))
            .collect(),
        publisher: text(&["publisher", "source", "site"]),
        categories: words(&["category", "categories", "section", "tags", "keywords"]),
        images: image
            .filter(|url| url.starts_with("http"))
            .map(|url| Image {
                url: Some(url),
                ..Image::default()
            })
            .into_iter()
            .collect(),
        published: date(&["date", "published", "publishDate", "pubDate", "created"]),
        updated: date(&["updated", "lastmod", "modified", "last_modified_at"]),
        language,
        ..Item::default()
    };
    if item.title.is_none() && item.content.is_none() {
        return Err(Fault::poison(
            "empty",
            "it is Markdown without title and text",
        ));
    }
    Ok(item.into())
}

impl Front<'_> {
    fn values(self) -> Result<Map<String, Value>, Fault> {
        let (name, read) = match self.language {
            Language::Yaml => (
                "YAML",
                serde_saphyr::from_str::<Map<String, Value>>(self.text)
                    .map_err(|error| error.to_string()),
            ),
            Language::Toml => (
                "TOML",
                toml::from_str::<Map<String, Value>>(self.text).map_err(|error| error.to_string()),
            ),
        };
        read.map_err(|error| {
            let error = error.lines().next().unwrap_or_default().to_owned();
            Fault::poison(
                "format",
                format!("the file has front matter that is not sound {name}: {error}; mend it"),
            )
        })
    }
}

/// A value as one line; of a list its first.
fn one(value: &Value) -> Option<String> {
    many(value).into_iter().next()
}

/// The words of a value: of a list, of an object that has a name or, for TOML's dates, of the text in it.
fn many(value: &Value) -> Vec<String> {
    let words = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(node) => {
            let name = node.get("name").or_else(|| node.values().next());
            name.and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    };
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter()
        .filter_map(words)
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(text: &str) -> Item {
        let (front, body) = split(text).unwrap();
        read(front, body).unwrap().item
    }

    #[test]
    fn yaml_and_toml_say_the_same() {
        let yaml = "---\ntitle: \"Gulls return\"\ndate: 2023-05-09T10:00:00+01:00\nauthor: Jane Roe\ntags: [gulls, harbour]\nlang: en\ndescription: Late.\n---\n\n# No\n\nThey *are* back.\n";
        let toml = "+++\ntitle = \"Gulls return\"\ndate = 2023-05-09T10:00:00+01:00\nauthor = \"Jane Roe\"\ntags = [\"gulls\", \"harbour\"]\nlang = \"en\"\ndescription = \"Late.\"\n+++\n\n# No\n\nThey *are* back.\n";
        for text in [yaml, toml] {
            let item = article(text);
            assert_eq!(item.title.as_ref().unwrap().value, "Gulls return");
            assert_eq!(item.summary.as_ref().unwrap().value, "Late.");
            assert_eq!(
                item.content.as_ref().unwrap().value,
                "<h1>No</h1>\n<p>They <em>are</em> back.</p>\n"
            );
            assert_eq!(item.authors[0].name.as_deref(), Some("Jane Roe"));
            assert_eq!(item.categories, ["gulls", "harbour"]);
            assert_eq!(
                item.published.as_ref().unwrap().instant.to_string(),
                "2023-05-09T09:00:00Z"
            );
        }
    }

    #[test]
    fn a_rule_is_no_front_matter_and_bad_front_matter_is_told() {
        assert!(split("---\n\nA story begins with a rule.\n\n---\n").is_none());
        assert!(split("--- not so ---\n").is_none());
        assert!(split("---\ntitle: open\n").is_none());
        let (front, body) = split("---\ntitle: [open\n---\nText").unwrap();
        let fault = read(front, body).unwrap_err();
        assert!(fault.reason.contains("not sound YAML"), "{}", fault.reason);
    }
}
