//! Where elements begin and end: the list of those that are open, and what closes them, though nobody says so.

use super::collect::{self, InlineTag, is_void};
use super::notes::Seen;
use super::{Faults, Holder, MAX_DEPTH, Open, Role, Walker};
use crate::elements::{Element, element};
use crate::links;
use crate::names::Space;
use crate::xml::Attributes;

impl<'t> Walker<'t> {
    pub(super) fn start(&mut self, name: &'t str, attributes: &'t str, empty: bool) {
        let (prefixes, bases) = (self.prefixes.mark(), self.bases.len());
        self.attributes.clear();
        if !attributes.is_empty() {
            self.attributes.extend(Attributes::new(attributes));
            for (name, value) in &self.attributes {
                if name.starts_with("xmlns") {
                    self.prefixes.see(name, value);
                }
            }
        }
        let (space, local) = self.prefixes.resolve(name);
        let element = element(space, local);
        let markup = self
            .collector
            .is_some_and(|collector| self.collectors[collector].takes_markup);
        let is_item = element == Element::Item && self.is_item_here(space, markup);
        if markup && !is_item && !self.ends_text(element, local) {
            let place = (prefixes, bases);
            return self.inline(name, local, attributes, empty, place);
        }
        if is_item {
            self.end_unfinished_entry();
        }
        if self.open.len() >= MAX_DEPTH || self.beyond > 0 {
            self.beyond += usize::from(!empty);
            self.faults.too_deep += 1;
            self.prefixes.forget(prefixes);
            return;
        }
        if !attributes.is_empty() {
            self.see_base();
        }
        self.open.push(Open {
            name,
            role: Role::Plain,
            scope: self.scope,
            collector: self.collector,
            prefixes,
            bases,
        });
        self.collector = None;
        let role = self.begin(element, space, local);
        if let Some(open) = self.open.last_mut() {
            open.role = role;
        }
        if empty {
            self.close();
        }
    }

    /// Whether `item` and `entry` begin an entry here: within a text only where no markup of that name is to be expected.
    fn is_item_here(&self, space: Space, markup: bool) -> bool {
        let stated_xml = self
            .collector
            .is_some_and(|collector| self.collectors[collector].stated_xml);
        self.scope.holder != Holder::Nobody && (!markup || (space != Space::Other && !stated_xml))
            || self.open.is_empty()
    }

    /// Whether an element within a text shows that the text was never closed.
    fn ends_text(&mut self, element: Element, local: &str) -> bool {
        let Some(collector) = self.collector else {
            return false;
        };
        let telling = matches!(
            element,
            Element::Published
                | Element::Updated
                | Element::Id
                | Element::Description
                | Element::Enclosure
        ) && !local.eq_ignore_ascii_case("id");
        if !telling || self.collectors[collector].stated_xml || self.atom {
            return false;
        }
        let role = |open: &Open<'_>| open.role == Role::Field;
        if let Some(level) = self.open.iter().rposition(role) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        }
        true
    }

    fn inline(
        &mut self,
        name: &'t str,
        local: &'t str,
        attributes: &'t str,
        empty: bool,
        place: ((usize, usize), usize),
    ) {
        let Some(collector) = self.collector else {
            return;
        };
        let void = is_void(local);
        // A paragraph within a paragraph shows that the first was never closed.
        let again = self.open.last().is_some_and(|open| {
            open.role == Role::Inline
                && open.name == name
                && matches!(local, "p" | "P" | "li" | "LI")
        });
        if again {
            self.close();
        }
        if (self.open.len() >= MAX_DEPTH || self.beyond > 0) && !void {
            self.beyond += usize::from(!empty);
            self.faults.too_deep += 1;
            self.prefixes.forget(place.0);
            return;
        }
        let text = &mut self.collectors[collector];
        // Some wrap a div around what they have declared to be plain or escaped.
        let transparent = text.kind != collect::Kind::Xml && local.eq_ignore_ascii_case("div");
        if !transparent {
            let declared = self.attributes.iter().any(|(name, _)| *name == "xmlns");
            let tag = InlineTag::new(name, local, declared);
            text.start(&tag, Attributes::new(attributes), &mut self.entities);
        }
        if void {
            self.prefixes.forget(place.0);
            return;
        }
        self.open.push(Open {
            name,
            role: if transparent {
                Role::Plain
            } else {
                Role::Inline
            },
            scope: self.scope,
            collector: self.collector,
            prefixes: place.0,
            bases: place.1,
        });
        if empty {
            self.close();
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        if let Some(open) = self.open.last()
            && open.name == name
            && self.beyond == 0
        {
            return self.close();
        }
        self.end_out_of_order(name);
    }

    #[cold]
    fn end_out_of_order(&mut self, name: &str) {
        let local = local_of(name);
        let within_text = self
            .open
            .last()
            .is_some_and(|open| open.role == Role::Inline)
            || self
                .collector
                .is_some_and(|collector| self.collectors[collector].takes_markup);
        if within_text && is_void(local) {
            return;
        }
        let named = |open: &Open<'_>| open.name == name;
        let level = self.open.iter().rposition(named).or_else(|| {
            self.open
                .iter()
                .rposition(|open| open.name.eq_ignore_ascii_case(name))
        });
        if self.beyond > 0 {
            // What is too deep ends where its entry does, or by as many ends as it had beginnings.
            let around = level.is_some_and(|level| self.open[level].role != Role::Inline);
            if !around {
                self.beyond -= 1;
                return;
            }
            self.beyond = 0;
        }
        match level {
            Some(level) => {
                if level + 1 < self.open.len() {
                    self.fault_here(|faults| &mut faults.unclosed_elements);
                }
                self.close_to(level);
            }
            None => self.fault_here(|faults| &mut faults.unmatched_ends),
        }
    }

    fn fault_here(&mut self, which: impl Fn(&mut Faults) -> &mut Seen) {
        let position = self.tokens.position();
        which(&mut self.faults).note(position);
    }

    /// Closes open elements until `level` are left.
    pub(super) fn close_to(&mut self, level: usize) {
        while self.open.len() > level {
            self.close();
        }
    }

    /// Closes the innermost open element.
    fn close(&mut self) {
        let Some(open) = self.open.last() else { return };
        match open.role {
            Role::Plain => {}
            Role::Inline => {
                if let Some(collector) = self.collector {
                    self.collectors[collector].end(local_of(open.name));
                }
            }
            Role::Field => self.end_field(),
            Role::Entry => self.end_entry(),
        }
        if let Some(open) = self.open.pop() {
            self.scope = open.scope;
            self.collector = open.collector;
            self.prefixes.forget(open.prefixes);
            self.bases.truncate(open.bases);
        }
    }

    fn end_unfinished_entry(&mut self) {
        self.beyond = 0;
        if let Some(level) = self.open.iter().rposition(|open| open.role == Role::Entry) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        } else if let Some(level) = self.open.iter().position(|open| open.role == Role::Field) {
            self.fault_here(|faults| &mut faults.unclosed_elements);
            self.close_to(level);
        }
    }

    /// Takes over the base that the attributes state.
    fn see_base(&mut self) {
        let stated = self
            .attribute("xml:base")
            .or_else(|| self.attribute("base"));
        if let Some(base) = stated.and_then(|stated| links::base(&stated, self.bases.last())) {
            self.bases.push(base);
        }
    }
}

fn local_of(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}
