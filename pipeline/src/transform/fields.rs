//! The texts of a record that readers read, by the names of their fields: what enrichment looks at, in this order.

use std::borrow::Cow;

use crate::record::Record;

pub(super) fn of(record: &Record) -> impl Iterator<Item = (Cow<'static, str>, &str)> {
    let points = record.key_points.iter().enumerate().map(|(index, point)| {
        let name = format!("key_points[{index}]");
        (Cow::Owned(name), point.as_str())
    });
    let captions = record
        .images
        .iter()
        .enumerate()
        .filter_map(|(index, image)| {
            let name = format!("images[{index}].caption");
            Some((Cow::Owned(name), image.caption.as_deref()?))
        });
    named("title", record.title.as_deref())
        .chain(named("summary", record.summary.as_deref()))
        .chain(points)
        .chain(named("text", record.text.as_deref()))
        .chain(captions)
}

fn named<'r>(
    name: &'static str,
    text: Option<&'r str>,
) -> impl Iterator<Item = (Cow<'static, str>, &'r str)> {
    text.map(|text| (Cow::Borrowed(name), text)).into_iter()
}
