//! Tables that fit the terminal: one line a row, long cells cut with `…`; uncut where stdout is no terminal.

use console::{Alignment, measure_text_width, pad_str, truncate_str};

use crate::terminal::harmless;

/// Between two columns.
const GAP: &str = "  ";

/// A column's heading, and how many characters must stay of its cells; `None` for one that is never cut.
pub(crate) struct Column {
    pub(crate) heading: &'static str,
    least: Option<usize>,
}

impl Column {
    /// A column whose cells are never cut.
    pub(crate) const fn whole(heading: &'static str) -> Column {
        Column {
            heading,
            least: None,
        }
    }

    /// A column whose cells may be cut to `least` characters.
    pub(crate) const fn cut(heading: &'static str, least: usize) -> Column {
        Column {
            heading,
            least: Some(least),
        }
    }
}

/// Lays rows out, `width` columns wide where it is known. Columns that hold nothing are left out.
pub(crate) fn lay_out(columns: &[Column], rows: &[Vec<String>], width: Option<usize>) -> String {
    let cell = |row: &Vec<String>, column: usize| {
        harmless(row.get(column).map_or("", String::as_str)).into_owned()
    };
    let shown: Vec<usize> = (0..columns.len())
        .filter(|column| rows.iter().any(|row| !cell(row, *column).is_empty()))
        .collect();
    let mut widths: Vec<usize> = shown
        .iter()
        .map(|column| {
            let cells = rows
                .iter()
                .map(|row| measure_text_width(&cell(row, *column)));
            cells.max().unwrap_or(0).max(columns[*column].heading.len())
        })
        .collect();
    if let Some(width) = width {
        let least: Vec<Option<usize>> = shown.iter().map(|column| columns[*column].least).collect();
        shrink(&mut widths, &least, width);
    }
    let line = |cells: Vec<String>| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                let cut = truncate_str(cell, *width, "…");
                pad_str(&cut, *width, Alignment::Left, None).into_owned()
            })
            .collect();
        format!("{}\n", padded.join(GAP).trim_end())
    };
    let mut text = line(
        shown
            .iter()
            .map(|column| columns[*column].heading.to_owned())
            .collect(),
    );
    for row in rows {
        text += &line(shown.iter().map(|column| cell(row, *column)).collect());
    }
    text
}

/// Takes from the widest column that can give, until everything fits or nothing can.
fn shrink(widths: &mut [usize], least: &[Option<usize>], width: usize) {
    loop {
        let total = widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1);
        let widest = widths
            .iter()
            .enumerate()
            .filter(|(column, width)| least[*column].is_some_and(|least| **width > least))
            .max_by_key(|(_, width)| **width)
            .map(|(column, _)| column);
        match widest {
            Some(column) if total > width => widths[column] -= 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::whole("id"),
        Column::cut("name", 5),
        Column::cut("url", 8),
    ];

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![
            row([
                "one",
                "東京の新聞 and more",
                "https://example.org/a/long/address",
            ]),
            row(["two", "", "https://b.example/"]),
        ]
    }

    #[test]
    fn rows_are_cut_to_the_terminal_and_no_further() {
        for width in [20, 40, 60, 200] {
            let text = lay_out(&COLUMNS, &rows(), Some(width));
            assert_eq!(text.lines().count(), 3);
            let widest = text.lines().map(measure_text_width).max();
            assert!(widest <= Some(width), "{text}");
        }
        assert!(lay_out(&COLUMNS, &rows(), None).contains("https://example.org/a/long/address"));
        assert!(lay_out(&COLUMNS, &rows(), Some(40)).contains('…'));
    }

    #[test]
    fn columns_without_content_are_left_out() {
        let rows = [vec![
            "one".to_owned(),
            String::new(),
            "https://b.example/".to_owned(),
        ]];
        assert_eq!(
            lay_out(&COLUMNS, &rows, None),
            "id   url\none  https://b.example/\n"
        );
    }
}
