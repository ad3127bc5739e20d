//! Templates: what is shown, in HTML. They are checked by the compiler and escape whatever they are given; nothing here asks anybody for anything.

pub(super) mod door;
pub(super) mod marked;
pub(super) mod parts;
pub(super) mod plot;
pub(super) mod table;

use maud::{DOCTYPE, Markup, html};

use self::parts::badge;
use super::assets::Asset;
use super::notes::Note;

/// A part of the page that the head leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Feeds,
    Articles,
    DeadLetters,
    Sinks,
    About,
}

impl Place {
    const ALL: [(Place, &'static str, &'static str); 6] = [
        (Place::Overview, "/", "Overview"),
        (Place::Feeds, "/feeds", "Feeds"),
        (Place::Articles, "/articles", "Articles"),
        (Place::DeadLetters, "/dead-letters", "Dead letters"),
        (Place::Sinks, "/sinks", "Sinks"),
        (Place::About, "/about", "About"),
    ];
}

/// htmx brings no style of its own, shows no page of an error in the place of a part, keeps no pages, and leaves open
/// what somebody has opened and pressed what somebody has pressed.
const HTMX: &str = r#"{"includeIndicatorCSS":false,"morphIgnore":["data-htmx-powered","open","hidden","aria-pressed"],"defaultTimeout":20000,"noSwap":[204,304,"4xx","5xx"],"history":"reload"}"#;

/// A page with its head and its foot.
pub(super) struct Shell<'s> {
    pub(super) title: &'s str,
    pub(super) place: Option<Place>,
    /// Whether a session can be ended.
    pub(super) locked: bool,
    /// What has become of what somebody did.
    pub(super) told: Option<&'s Note>,
}

impl Shell<'_> {
    pub(super) fn page(&self, content: Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(self.title))
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header {
                        a.brand href="/" { "Dateline" }
                        nav aria-label="Pages" {
                            ul {
                                @for (place, address, name) in Place::ALL {
                                    li {
                                        a href=(address) aria-current=[(self.place == Some(place)).then_some("page")] { (name) }
                                    }
                                }
                            }
                        }
                        @if self.locked {
                            form.leave method="post" action="/logout" { button type="submit" { "Log out" } }
                        }
                    }
                    main #content tabindex="-1" {
                        (told(self.told))
                        (content)
                    }
                }
            }
        }
    }
}

/// What has become of something; read out when it changes in place, and where the address leads.
fn told(note: Option<&Note>) -> Markup {
    html! {
        div #told .told role="status" tabindex="-1" {
            @if let Some(note) = note {
                p {
                    @if note.good { (badge("good", "●", "Done")) } @else { (badge("bad", "✕", "Not done")) }
                    " " bdi { (note.what) }
                }
                (parts::details(&note.details))
            }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=(HTMX);
            title { (title) " – Dateline" }
            link rel="icon" href=(Asset::Icon.address());
            link rel="stylesheet" href=(Asset::Style.address());
            script src=(Asset::Htmx.address()) defer {}
            script src=(Asset::Script.address()) defer {}
        }
    }
}
