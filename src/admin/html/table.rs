//! Tables that are sorted, searched and paged on the server: without JavaScript by links and forms, with it in place.

use maud::{Markup, html};

/// A column of a table.
pub(in crate::admin) struct Column<'c> {
    /// How the address names it; a column that is not sorted by has none.
    pub(in crate::admin) key: Option<&'c str>,
    pub(in crate::admin) name: &'c str,
    /// Whether it holds numbers.
    pub(in crate::admin) numeric: bool,
}

/// How a table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::admin) struct Order<'o> {
    pub(in crate::admin) key: &'o str,
    pub(in crate::admin) descending: bool,
}

/// The head of a table with the id `table`; `address` gives that of the same table in another order.
pub(in crate::admin) fn head(
    table: &str,
    columns: &[Column<'_>],
    order: Order<'_>,
    address: impl Fn(Order<'_>) -> String,
) -> Markup {
    html! {
        thead {
            tr {
                @for column in columns {
                    @let class = column.numeric.then_some("number");
                    @match column.key {
                        None => th scope="col" class=[class] { (column.name) },
                        Some(key) => {
                            @let sorted = order.key == key;
                            @let said = match (sorted, order.descending) {
                                (false, _) => "none",
                                (true, false) => "ascending",
                                (true, true) => "descending",
                            };
                            @let sign = match said { "ascending" => "▲", "descending" => "▼", _ => "" };
                            @let next = address(Order { key, descending: sorted && !order.descending });
                            th scope="col" class=[class] aria-sort=[sorted.then_some(said)] {
                                (in_place(table, &next, html! {
                                    (column.name) " " span.sign aria-hidden="true" { (sign) }
                                }, Some(&format!("{table}-by-{key}"))))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A link that shows the part `target` of another page in the place of this one's.
pub(in crate::admin) fn in_place(
    target: &str,
    address: &str,
    words: Markup,
    id: Option<&str>,
) -> Markup {
    let target = format!("#{target}");
    html! {
        a id=[id] href=(address) hx-get=(address) hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-push-url="true" { (words) }
    }
}

/// Pages of a list, by number from 1.
pub(in crate::admin) struct Pages {
    pub(in crate::admin) page: usize,
    pub(in crate::admin) pages: usize,
}

/// Links to the pages before and after.
pub(in crate::admin) fn pager(
    target: &str,
    pages: &Pages,
    address: impl Fn(usize) -> String,
) -> Markup {
    let Pages { page, pages } = *pages;
    html! {
        @if pages > 1 {
            nav.pager aria-label="Pages of the list" {
                @if page > 1 {
                    (in_place(target, &address(1), html! { "First" }, None))
                    (in_place(target, &address(page - 1), html! { "Previous" }, None))
                }
                span { "Page " (page) " of " (pages) }
                @if page < pages {
                    (in_place(target, &address(page + 1), html! { "Next" }, Some(&format!("{target}-next"))))
                    (in_place(target, &address(pages), html! { "Last" }, None))
                }
            }
        }
    }
}

/// A form that filters the part `target` of its page: at each key with JavaScript, by its button without.
/// Fields elsewhere belong to it by its id, `TARGET-filter`.
pub(in crate::admin) fn filter(target: &str, address: &str, fields: Markup) -> Markup {
    let id = format!("{target}-filter");
    let target = format!("#{target}");
    html! {
        form.filter #(id) role="search" method="get" action=(address)
            hx-get=(address) hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-push-url="true"
            hx-trigger="input delay:250ms, submit" hx-sync="this:replace" {
            (fields)
            button type="submit" { "Show" }
        }
    }
}

/// A field for words.
pub(in crate::admin) fn words(name: &str, label: &str, value: &str) -> Markup {
    html! {
        label { span { (label) } input type="search" name=(name) value=(value) maxlength="200" autocomplete="off"; }
    }
}

/// A choice among values, each with its words.
pub(in crate::admin) fn choice(
    name: &str,
    label: &str,
    values: &[(String, String)],
    chosen: &str,
) -> Markup {
    html! {
        label {
            span { (label) }
            select name=(name) {
                @for (value, words) in values {
                    option value=(value) selected[value == chosen] { (words) }
                }
            }
        }
    }
}

/// A path of these parts. They are ids and names, which are letters, figures, dots, hyphens and underscores; whatever else somebody asked for stays
/// within its part.
pub(in crate::admin) fn path(parts: &[&str]) -> String {
    let mut path = String::new();
    for part in parts {
        path.push('/');
        path.extend(url::form_urlencoded::byte_serialize(part.as_bytes()));
    }
    path
}

/// An address with a query of the pairs that say something.
pub(in crate::admin) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_stay_within_it() {
        assert_eq!(
            path(&["sinks", "jsonl.main", "replay"]),
            "/sinks/jsonl.main/replay"
        );
        assert_eq!(
            path(&["feeds", "/evil.example?\r\n"]),
            "/feeds/%2Fevil.example%3F%0D%0A"
        );
    }
}
