//! Article text without I/O: bytes to characters, markup to paragraphs, plain-text articles to their parts, URL keys, similarity.
//!
//! Every function here is total: it takes whatever the outside world sent and returns the best reading of it. Nothing
//! fails, nothing panics, nothing recurses on the depth of its input, and time and memory are linear in the input's length.
//! Plain text that comes out of markup has no control characters. The crate knows no other crate of Dateline and does no I/O.
//!
//! | room | what it answers |
//! |---|---|
//! | [`charset`] | what do these bytes say, in characters? |
//! | [`html`] | what does this markup say, and which images does it show? |
//! | [`clean`] | what is this text as one line, or as paragraphs? |
//! | [`language`] | which language is this text written in? |
//! | [`page`] | which article is on this web page? |
//! | [`article`] | which articles are in this plain text, and which parts have they? |
//! | [`url_key`] | do these two addresses mean the same article? |
//! | [`similar`] | are these two texts nearly the same? |
//! | [`copies`] | which of very many articles is this one a copy of? |

pub mod article;
pub mod charset;
pub mod clean;
pub mod copies;
pub mod html;
pub mod language;
pub mod page;
pub mod similar;
pub mod url_key;

#[cfg(test)]
mod samples;
