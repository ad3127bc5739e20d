//! Order of the fields of a short numeric date, by language and by country.

use std::sync::OnceLock;

use super::hash::FixedMap;
use crate::instant::FieldOrder;

const TABLE: &str = include_str!("../../data/orders.tsv");

/// An order, and the separator that CLDR writes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) order: FieldOrder,
    pub(crate) separator: char,
}

pub(crate) fn of_language(tag: &str) -> Option<Order> {
    let base = tag.split(['-', '_']).next()?;
    if base.chars().all(|c| c.is_ascii_lowercase()) {
        return table().get(base).copied();
    }
    table().get(base.to_ascii_lowercase().as_str()).copied()
}

pub(crate) fn of_country(code: &str) -> Option<Order> {
    (code.len() == 2).then_some(())?;
    table().get(code.to_ascii_uppercase().as_str()).copied()
}

/// Languages have keys in lower case, countries in upper case.
fn table() -> &'static FixedMap<&'static str, Order> {
    static ORDERS: OnceLock<FixedMap<&'static str, Order>> = OnceLock::new();
    ORDERS.get_or_init(|| TABLE.lines().filter_map(row).collect())
}

fn row(line: &'static str) -> Option<(&'static str, Order)> {
    let mut columns = line.split('\t');
    let (key, order) = (columns.next()?, columns.next()?);
    let order = match order {
        "DMY" => FieldOrder::Dmy,
        "MDY" => FieldOrder::Mdy,
        "YMD" => FieldOrder::Ymd,
        _ => return None,
    };
    let separator = columns.next()?.chars().next().unwrap_or(' ');
    Some((key, Order { order, separator }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_countries_differ() {
        assert_eq!(of_language("en").unwrap().order, FieldOrder::Mdy);
        assert_eq!(of_country("gb").unwrap().order, FieldOrder::Dmy);
        assert_eq!(of_language("sv-SE").unwrap().order, FieldOrder::Ymd);
        assert_eq!(of_language("nl").unwrap().separator, '-');
        assert!(of_language("xx").is_none());
    }
}
