//! The form that asks for the token.

use maud::{DOCTYPE, Markup, html};

/// The form; it leads to `next`.
pub(in crate::admin) fn page(next: &str, was_wrong: bool) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (super::head("Log in"))
            body.door {
                main {
                    h1 { "Dateline" }
                    form method="post" action="/login" {
                        input type="hidden" name="next" value=(next);
                        label for="token" { "Token" }
                        input #token type="password" name="token" autocomplete="current-password" required autofocus
                            aria-describedby="about-token" aria-invalid=[was_wrong.then_some("true")];
                        @if was_wrong {
                            p.problem role="alert" { "That is not the token." }
                        }
                        p #about-token .quiet { "It is what " code { "token" } " under " code { "[admin]" } " in the configuration names." }
                        button type="submit" { "Log in" }
                    }
                }
            }
        }
    }
}
