//! Which incidents are marked while a table is built: those of a part that does not speak for where they lie, and those
//! without a place.

use super::{Coverage, LoadedLayer};
use crate::{
    table::{Marked, TableBuilder},
    workspace::{Incidents, NO_PLACE},
};

/// The attribute that holds the part of an incident.
const PART_ATTRIBUTE: &str = "force";

/// The district of an area, empty where it has none.
fn district_of<'l>(layer: &'l LoadedLayer, code: &str) -> &'l str {
    let position = layer.areas.binary_search_by(|a| a.code.as_str().cmp(code));
    position.map_or("", |i| layer.areas[i].district.as_str())
}

/// Marks the incidents of one file.
#[derive(Debug)]
pub(super) struct Marking<'a> {
    incidents: &'a Incidents,
    source: &'a str,
    /// Parts by code of the attribute; the last is that of incidents without it.
    parts: Vec<String>,
    column: Option<usize>,
    /// For each part, and each area of the study layer by its code in the file: the mark of a guest.
    guests: Vec<Vec<Option<u16>>>,
    not_located: Vec<Option<u16>>,
    study: Option<usize>,
}

impl<'a> Marking<'a> {
    /// For a file of a source; `only` is the part that delivered the whole file, where one did.
    pub(super) fn new(
        builder: &mut TableBuilder,
        incidents: &'a Incidents,
        (source, only): (&'a str, &str),
        study: Option<&LoadedLayer>,
        coverage: &Coverage,
    ) -> Self {
        let column = incidents.attribute_names.iter().position(|n| n == PART_ATTRIBUTE).filter(|_| only.is_empty());
        let column = column.filter(|_| coverage.has_parts(source));
        let known = column.map_or(&[][..], |c| incidents.attribute_values[c].values());
        let parts: Vec<String> = known.iter().cloned().chain([only.to_owned()]).collect();
        let layer = study.and_then(|s| Some((s, incidents.layers.iter().position(|l| *l == s.name)?)));
        let districts: Vec<&str> = layer.map_or_else(Vec::new, |(study, column)| {
            let codes = incidents.area_codes[column].values().iter();
            codes.map(|code| district_of(study, code)).collect()
        });
        let mut guest_of = |part: &String| -> Vec<Option<u16>> {
            let mut mark = |district: &&str| {
                let is_guest = !part.is_empty() && !district.is_empty() && !coverage.speaks(source, part, district);
                is_guest.then(|| builder.mark(source, part, Marked::Guest))
            };
            districts.iter().map(&mut mark).collect()
        };
        let guests = parts.iter().map(&mut guest_of).collect();
        let not_located = vec![None; parts.len()];
        Self { incidents, source, parts, column, guests, not_located, study: layer.map(|l| l.1) }
    }

    /// Marks an incident that was added last, where it is one to mark.
    pub(super) fn mark(&mut self, builder: &mut TableBuilder, i: usize) {
        let last = self.parts.len() - 1;
        let part = self.column.map_or(last, |c| (self.incidents.attributes[c][i] as usize).min(last));
        let place = self.incidents.place[i];
        let mark = if place == NO_PLACE {
            let (source, name) = (self.source, &self.parts[part]);
            Some(*self.not_located[part].get_or_insert_with(|| builder.mark(source, name, Marked::NotLocated)))
        } else {
            let area = self.study.map(|study| self.incidents.places[place as usize].areas[study]);
            area.and_then(|area| self.guests[part].get(area as usize).copied().flatten())
        };
        if let Some(mark) = mark {
            builder.mark_last(mark);
        }
    }
}
