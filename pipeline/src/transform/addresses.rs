//! Addresses that a record's reader must not open: scripts, files of his own machine, documents that are the address itself.

use url::Url;

use crate::record::{Image, Person, Record};

/// Schemes of addresses that lead nowhere on the web and do something where they are opened.
const ACTIVE: [&str; 6] = ["about", "blob", "data", "file", "javascript", "vbscript"];

/// Characters of an address that are said.
const SAID: usize = 60;

/// Takes such addresses out of the record, and notes it there.
pub(super) fn leave_out_active(record: &mut Record) {
    let mut notes = Vec::new();
    let mut check = |address: &mut Option<String>| {
        if let Some(active) = address.take_if(|address| is_active(address)) {
            let said: String = active.chars().take(SAID).collect();
            notes.push(format!(
                "the address {said} is none of the web and is left out"
            ));
        }
    };
    check(&mut record.url);
    for author in &mut record.authors {
        check(&mut author.url);
    }
    for image in &mut record.images {
        check(&mut image.url);
    }
    record.enclosures.retain_mut(|enclosure| {
        let mut address = Some(std::mem::take(&mut enclosure.url));
        check(&mut address);
        let stays = address.is_some();
        enclosure.url = address.unwrap_or_default();
        stays
    });
    record.authors.retain(|author| *author != Person::default());
    record.images.retain(|image| *image != Image::default());
    record.provenance.recovered.extend(notes);
}

/// Read as a browser reads it, which passes over blanks and line breaks within the scheme.
fn is_active(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| ACTIVE.contains(&url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::super::drafts::record;
    use super::*;
    use crate::draft::{Item, Link, Text, Trust};
    use crate::record::Enclosure;

    #[test]
    fn a_record_has_none_and_says_so() {
        let script = || Some("javascript:alert(1)".to_owned());
        let enclosure = |url: &str| Enclosure {
            url: url.to_owned(),
            media_type: None,
            length: None,
        };
        let record = record(Item {
            title: Some(Text::plain("The gulls are back")),
            link: Some(Link {
                href: "javascript:alert(1)".to_owned(),
                trust: Trust::Stated,
            }),
            authors: vec![
                Person {
                    url: script(),
                    ..Person::named("Joan Ardley")
                },
                Person {
                    url: script(),
                    ..Person::default()
                },
            ],
            images: vec![Image {
                url: script(),
                caption: Some("Gulls".to_owned()),
                ..Image::default()
            }],
            enclosures: vec![
                enclosure("file:///etc/passwd"),
                enclosure("https://news.example/gulls.mp3"),
            ],
            ..Item::default()
        });
        assert_eq!(record.url, None);
        assert_eq!(record.authors, [Person::named("Joan Ardley")]);
        assert_eq!(record.images[0].url, None);
        assert_eq!(record.images[0].caption.as_deref(), Some("Gulls"));
        let enclosures: Vec<&str> = record
            .enclosures
            .iter()
            .map(|file| file.url.as_str())
            .collect();
        assert_eq!(enclosures, ["https://news.example/gulls.mp3"]);
        let notes = record.provenance.recovered;
        assert_eq!(notes.len(), 5, "{notes:?}");
        assert!(notes[0].contains("javascript:alert(1)"), "{notes:?}");
    }

    #[test]
    fn what_does_something_where_it_is_opened_is_active() {
        for active in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>1</script>",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://example.org/1",
        ] {
            assert!(is_active(active), "{active:?}");
        }
        for harmless in [
            "https://example.org/javascript:alert(1)",
            "/news/1",
            "urn:uuid:1",
            "ftp://example.org/a.mp3",
            "magnet:?xt=1",
            "mailto:desk@example.org",
        ] {
            assert!(!is_active(harmless), "{harmless:?}");
        }
    }
}
