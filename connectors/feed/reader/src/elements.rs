//! What elements mean, whatever format they come from. A table: where an element counts is decided in [`crate::walk`].

use crate::names::Space;

/// Longest local name that is known, in bytes.
const LONGEST: usize = 20;

/// The elements that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// `rss`, `RDF`, `feed`: the root.
    Root,
    /// `channel`: the feed, in CDF also the root.
    Channel,
    /// `item`, `entry`.
    Item,
    Image,
    TextInput,
    Source,
    Author,
    Contributor,
    /// `dc:contributor`, of which the text is the name.
    ContributorName,
    /// Persons that are no authors: `itunes:owner`.
    Owner,
    Name,
    Email,
    Url,
    Title,
    /// A title of a part, which stands in where the whole has none.
    PartTitle,
    Link,
    Id,
    /// Abstracts that are HTML where they do not say otherwise.
    Description,
    /// Abstracts that are plain text where they do not say otherwise.
    Summary,
    /// `abstract` of CDF.
    Abstract,
    /// The description of a part.
    PartDescription,
    Content,
    Encoded,
    Body,
    Rights,
    Subtitle,
    PartSubtitle,
    Published,
    Updated,
    Created,
    Date,
    Category,
    /// `itunes:category`: the text is an attribute, and it nests.
    TextCategory,
    MediaCategory,
    /// Categories parted by commas.
    Keywords,
    PodcastKeywords,
    Language,
    Ttl,
    SkipHours,
    SkipDays,
    Hour,
    Day,
    UpdatePeriod,
    UpdateFrequency,
    Enclosure,
    Comments,
    CommentsFeed,
    OriginalLink,
    LicenseResource,
    LicenseText,
    Group,
    Media,
    Thumbnail,
    Credit,
    /// `itunes:image`, `logo`: a picture by an attribute or as text.
    Picture,
    Unknown,
}

/// The element `local` of the vocabulary `space`.
pub(crate) fn element(space: Space, local: &str) -> Element {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..local.len()) else {
        return Element::Unknown;
    };
    lower.copy_from_slice(local.as_bytes());
    lower.make_ascii_lowercase();
    match space {
        Space::Feed | Space::Atom => of_feed(lower),
        Space::Content => of(lower, &[(b"encoded", Element::Encoded)]),
        Space::Dc => of_dublin_core(lower),
        Space::DcTerms => of_dublin_core_terms(lower),
        Space::Itunes => of_podcasts(lower),
        Space::Media => of_media(lower),
        Space::Rdf => of(lower, &[(b"rdf", Element::Root)]),
        Space::Syndication => of(
            lower,
            &[
                (b"updateperiod", Element::UpdatePeriod),
                (b"updatefrequency", Element::UpdateFrequency),
            ],
        ),
        Space::Wfw => of(lower, &[(b"commentrss", Element::CommentsFeed)]),
        Space::Cc => of(lower, &[(b"license", Element::LicenseResource)]),
        Space::CreativeCommons => of(lower, &[(b"license", Element::LicenseText)]),
        Space::Xhtml => of(lower, &[(b"body", Element::Body)]),
        // Services that count clicks keep the address that they replaced.
        Space::Other => of(lower, &[(b"origlink", Element::OriginalLink)]),
    }
}

fn of(local: &[u8], known: &[(&[u8], Element)]) -> Element {
    let found = known.iter().find(|(name, _)| *name == local);
    found.map_or(Element::Unknown, |(_, element)| *element)
}

fn of_feed(local: &[u8]) -> Element {
    match local {
        b"item" | b"entry" => Element::Item,
        b"title" => Element::Title,
        b"link" => Element::Link,
        b"guid" | b"id" => Element::Id,
        b"description" => Element::Description,
        b"summary" => Element::Summary,
        b"abstract" => Element::Abstract,
        b"content" => Element::Content,
        b"fullitem" => Element::Encoded,
        b"body" => Element::Body,
        b"pubdate" | b"published" | b"issued" => Element::Published,
        b"updated" | b"modified" | b"lastbuilddate" => Element::Updated,
        b"created" => Element::Created,
        b"date" => Element::Date,
        b"author" | b"managingeditor" => Element::Author,
        b"contributor" => Element::Contributor,
        b"name" => Element::Name,
        b"email" => Element::Email,
        b"url" | b"uri" | b"homepage" => Element::Url,
        b"category" => Element::Category,
        b"keywords" | b"tags" => Element::Keywords,
        b"enclosure" => Element::Enclosure,
        b"comments" => Element::Comments,
        b"source" => Element::Source,
        b"image" => Element::Image,
        b"textinput" => Element::TextInput,
        b"language" => Element::Language,
        b"subtitle" | b"tagline" => Element::Subtitle,
        b"rights" | b"copyright" => Element::Rights,
        b"ttl" => Element::Ttl,
        b"skiphours" => Element::SkipHours,
        b"skipdays" => Element::SkipDays,
        b"hour" => Element::Hour,
        b"day" => Element::Day,
        b"logo" => Element::Picture,
        b"channel" => Element::Channel,
        b"rss" | b"feed" | b"rdf" => Element::Root,
        _ => Element::Unknown,
    }
}

fn of_dublin_core(local: &[u8]) -> Element {
    match local {
        b"title" => Element::Title,
        b"creator" | b"author" => Element::Author,
        b"contributor" => Element::ContributorName,
        b"subject" => Element::Category,
        b"date" => Element::Date,
        b"description" => Element::Description,
        b"language" => Element::Language,
        b"rights" => Element::Rights,
        _ => Element::Unknown,
    }
}

fn of_dublin_core_terms(local: &[u8]) -> Element {
    match local {
        b"created" => Element::Created,
        b"issued" => Element::Published,
        b"modified" => Element::Updated,
        b"creator" => Element::Author,
        b"subject" => Element::Category,
        b"language" => Element::Language,
        b"title" => Element::PartTitle,
        _ => Element::Unknown,
    }
}

fn of_podcasts(local: &[u8]) -> Element {
    match local {
        b"author" => Element::Author,
        b"owner" => Element::Owner,
        b"name" => Element::Name,
        b"email" => Element::Email,
        b"category" => Element::TextCategory,
        b"keywords" => Element::PodcastKeywords,
        b"summary" => Element::Summary,
        b"subtitle" => Element::PartSubtitle,
        b"title" => Element::PartTitle,
        b"image" | b"link" => Element::Picture,
        _ => Element::Unknown,
    }
}

fn of_media(local: &[u8]) -> Element {
    match local {
        b"group" => Element::Group,
        b"content" => Element::Media,
        b"title" => Element::PartTitle,
        b"description" => Element::PartDescription,
        b"thumbnail" => Element::Thumbnail,
        b"credit" => Element::Credit,
        b"category" => Element::MediaCategory,
        b"keywords" => Element::Keywords,
        _ => Element::Unknown,
    }
}
