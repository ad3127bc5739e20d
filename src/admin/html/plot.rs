//! Plots as SVG, made on the server: they are there without JavaScript, follow the colours of the page, and print. What they show stands in a table as
//! well, which is where the script takes the values from that it shows under the pointer.

use jiff::Timestamp;
use maud::{Markup, html};

/// Width and height of the drawing, in units that are stretched to the room there is.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 200.0;

/// Looks of lines, by colour and dashes together; more lines than that look like others, and the table tells them apart.
const LOOKS: usize = 6;

/// Several lines over the same instants.
pub(in crate::admin) struct Plot<'p> {
    pub(in crate::admin) id: &'p str,
    pub(in crate::admin) title: &'p str,
    /// What the numbers count, such as `a minute`.
    pub(in crate::admin) unit: &'p str,
    pub(in crate::admin) at: &'p [Timestamp],
    pub(in crate::admin) lines: Vec<Line>,
    /// How values are written.
    pub(in crate::admin) write: fn(f64) -> String,
}

/// A line, with a gap wherever nothing is known.
pub(in crate::admin) struct Line {
    pub(in crate::admin) name: String,
    pub(in crate::admin) values: Vec<Option<f64>>,
}

impl Plot<'_> {
    pub(in crate::admin) fn draw(&self) -> Markup {
        let top = nice_top(self.highest());
        let titled = format!("{}-title", self.id);
        html! {
            figure.plot #(self.id) data-plot {
                figcaption {
                    h3 #(titled) { (self.title) " " span.unit { (self.unit) } }
                    p.readout aria-live="off" { (self.summary()) }
                }
                div.frame {
                    div.scale aria-hidden="true" { span { ((self.write)(top)) } span { ((self.write)(top / 2.0)) } span { "0" } }
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-labelledby=(titled) {
                        line.grid x1="0" y1="0" x2=(WIDTH) y2="0" {}
                        line.grid x1="0" y1=(HEIGHT / 2.0) x2=(WIDTH) y2=(HEIGHT / 2.0) {}
                        line.grid x1="0" y1=(HEIGHT) x2=(WIDTH) y2=(HEIGHT) {}
                        @for (index, line) in self.lines.iter().enumerate() {
                            path class={ "line look" (index % LOOKS) } d=(path(&line.values, top)) {}
                        }
                        line.cursor x1="0" y1="0" x2="0" y2=(HEIGHT) visibility="hidden" {}
                    }
                    div.ends aria-hidden="true" {
                        @for at in self.marked_instants() { span { (at.strftime(self.instant_format())) } }
                    }
                }
                ul.legend {
                    @for (index, line) in self.lines.iter().enumerate() {
                        li {
                            svg.key viewBox="0 0 24 8" aria-hidden="true" { path class={ "line look" (index % LOOKS) } d="M0 4H24" {} }
                            (line.name)
                        }
                    }
                }
                (self.table())
            }
        }
    }

    /// The same as a table.
    fn table(&self) -> Markup {
        html! {
            details {
                summary { "Numbers of “" (self.title) "”" }
                div.scroll tabindex="0" role="region" aria-label={ "Numbers of " (self.title) } {
                    table {
                        thead {
                            tr {
                                th scope="col" { "until (UTC)" }
                                @for line in &self.lines { th.number scope="col" { (line.name) } }
                            }
                        }
                        tbody {
                            @for (index, at) in self.at.iter().enumerate() {
                                tr {
                                    th scope="row" { (at.strftime(self.instant_format())) }
                                    @for line in &self.lines {
                                        td.number { (self.written(line.values.get(index).copied().flatten())) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn written(&self, value: Option<f64>) -> String {
        value.map_or("–".to_owned(), self.write)
    }

    /// The last values in words, which is what the plot says at a glance.
    fn summary(&self) -> String {
        let said = self.lines.iter().map(|line| {
            let last = line.values.last().copied().flatten();
            format!("{} {}", line.name, self.written(last))
        });
        let said: Vec<String> = said.collect();
        said.join(" · ")
    }

    fn highest(&self) -> f64 {
        let values = self.lines.iter().flat_map(|line| &line.values);
        values.flatten().copied().fold(0.0, f64::max)
    }

    fn marked_instants(&self) -> Vec<&Timestamp> {
        let (first, last) = (self.at.first(), self.at.last());
        let middle = self.at.get(self.at.len() / 2);
        [first, middle, last].into_iter().flatten().collect()
    }

    fn instant_format(&self) -> &'static str {
        let length = match (self.at.first(), self.at.last()) {
            (Some(first), Some(last)) => last.duration_since(*first).as_mins(),
            _ => 0,
        };
        match length {
            0..30 => "%H:%M:%S",
            30..1380 => "%H:%M",
            _ => "%d %b %H:%M",
        }
    }
}

/// The way of a line's pen: lifted over gaps; a value alone between gaps is a dash.
fn path(values: &[Option<f64>], top: f64) -> String {
    let width = WIDTH / (values.len().max(2) - 1) as f64;
    let mut path = String::new();
    for (index, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        let (x, y) = (index as f64 * width, HEIGHT * (1.0 - value / top));
        let continues = index > 0 && values.get(index - 1).copied().flatten().is_some();
        let pen = if continues { 'L' } else { 'M' };
        path.push_str(&format!("{pen}{x:.1} {y:.1}"));
        let is_alone = !continues && values.get(index + 1).copied().flatten().is_none();
        if is_alone {
            path.push_str("h4");
        }
    }
    path
}

/// A round number not below `highest`, whose half is a whole one.
fn nice_top(highest: f64) -> f64 {
    let power = 10_f64.powf(highest.max(1.0).log10().floor());
    let tops = [2.0, 4.0, 6.0, 8.0, 10.0, 20.0].map(|factor| factor * power);
    tops.into_iter()
        .find(|top| *top >= highest)
        .unwrap_or(highest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (highest, top) in [
            (0.0, 2.0),
            (1.1, 2.0),
            (3.0, 4.0),
            (37.0, 40.0),
            (100.0, 200.0),
            (99.0, 100.0),
            (801.0, 1000.0),
        ] {
            assert_eq!(nice_top(highest), top, "{highest}");
        }
    }

    #[test]
    fn lines_are_lifted_over_gaps() {
        let values = [Some(0.0), Some(10.0), None, Some(5.0), None];
        assert_eq!(path(&values, 10.0), "M0.0 200.0L250.0 0.0M750.0 100.0h4");
        assert_eq!(path(&[], 10.0), "");
    }

    #[test]
    fn what_is_drawn_stands_in_the_table_too() {
        let at: Vec<Timestamp> = (0..3)
            .map(|n| Timestamp::from_second(n * 60).unwrap())
            .collect();
        let plot = Plot {
            id: "p",
            title: "Lag",
            unit: "records",
            at: &at,
            lines: vec![Line {
                name: "<jsonl>".to_owned(),
                values: vec![Some(1.0), None, Some(3.0)],
            }],
            write: |value| format!("{value:.0}"),
        };
        let drawn = plot.draw().into_string();
        assert!(
            drawn.contains("<p class=\"readout\" aria-live=\"off\">&lt;jsonl&gt; 3</p>"),
            "{drawn}"
        );
        let cells: Vec<&str> = drawn.split("<td class=\"number\">").skip(1).collect();
        assert_eq!(cells.len(), 3);
        assert!(
            cells[0].starts_with("1<") && cells[1].starts_with("–<") && cells[2].starts_with("3<")
        );
    }
}
