//! Google News sitemaps (<https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap>): addresses with headlines and dates, no texts.

use dateline_pipeline::draft::{Item, Link, Text, Trust};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::record::Image;
use roxmltree::Node;

use super::FileArticle;
use super::fields::stated;
use super::xml::{children, declared, find, line_at, parse};

/// Addresses of one file: the protocol allows 1,000 of news and 50,000 of others.
const MAX_ADDRESSES: usize = 50_000;

pub(super) fn read(text: &str) -> Result<Vec<FileArticle>, Fault> {
    let text = declared(text);
    let document = parse(&text, "a sitemap")?;
    let addresses = children(document.root_element(), "url").take(MAX_ADDRESSES);
    let articles: Vec<FileArticle> = addresses.filter_map(item).map(FileArticle::from).collect();
    if articles.is_empty() {
        let reason = "it is a sitemap without news (`news:news` with a `news:title`): addresses alone are no articles";
        return Err(Fault::poison("empty", reason));
    }
    Ok(articles)
}

fn item(address: Node<'_, '_>) -> Option<Item> {
    let news = find(address, &["news"])?;
    let language = line_at(news, &["publication", "language"]);
    let keywords = line_at(news, &["keywords"]).unwrap_or_default();
    let keywords = keywords.split(',').map(str::trim);
    let image = find(address, &["image"]);
    let image = image.and_then(|image| {
        Some(Image {
            url: Some(line_at(image, &["loc"])?),
            caption: line_at(image, &["caption"]),
            ..Image::default()
        })
    });
    Some(Item {
        link: line_at(address, &["loc"]).map(|href| Link {
            href,
            trust: Trust::Stated,
        }),
        title: Some(Text::plain(line_at(news, &["title"])?)),
        publisher: line_at(news, &["publication", "name"]),
        categories: keywords
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        published: line_at(news, &["publication_date"])
            .and_then(|date| stated(&date, language.as_deref())),
        images: image.into_iter().collect(),
        language,
        ..Item::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_articles_and_other_addresses_are_none() {
        let text = r#"<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
            <url><loc>https://quay.example/about</loc></url>
            <url><loc>https://quay.example/gulls?a=1&amp;b=2</loc><news:news><news:publication><news:name>Quay News</news:name><news:language>en</news:language></news:publication>
            <news:publication_date>2023-05-09T10:00:00+01:00</news:publication_date><news:title>Gulls return</news:title><news:keywords>gulls, harbour</news:keywords></news:news>
            <image:image><image:loc>https://quay.example/g.jpg</image:loc></image:image></url></urlset>"#;
        let articles = read(text).unwrap();
        assert_eq!(articles.len(), 1);
        let item = &articles[0].item;
        assert_eq!(
            item.link.as_ref().unwrap().href,
            "https://quay.example/gulls?a=1&b=2"
        );
        assert_eq!(item.title.as_ref().unwrap().value, "Gulls return");
        assert_eq!(item.publisher.as_deref(), Some("Quay News"));
        assert_eq!(item.categories, ["gulls", "harbour"]);
        assert_eq!(
            item.published.as_ref().unwrap().instant.to_string(),
            "2023-05-09T09:00:00Z"
        );
        assert_eq!(item.images.len(), 1);
        assert_eq!(
            read("<urlset><url><loc>x</loc></url></urlset>")
                .unwrap_err()
                .kind,
            "empty"
        );
    }
}
