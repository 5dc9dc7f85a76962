//! A place that is compared or profiled: its region, its members in the table, and the ring round it.

use crate::{
    ask::{AskError, Exact},
    model::PlaceRef,
    snapshot::{LoadedLayer, Region},
    table::{Group, Grouping, PlaceAnswer, Special},
};

/// A place found in a snapshot.
pub(super) struct Place<'s> {
    pub(super) name: String,
    pub(super) region: Region<'s>,
    /// Its own layer where it is an area, else that of the study area.
    pub(super) layer: Option<&'s LoadedLayer>,
    /// Position in its own layer.
    pub(super) area: Option<u32>,
    members: Vec<bool>,
}

impl<'s> Place<'s> {
    pub(super) fn find(reader: &'s Exact<'s>, parameter: &str, place: &PlaceRef) -> Result<Self, AskError> {
        let region = Region::of_place(reader.ground(), parameter, place)?;
        let (layer, area) = match region.area() {
            Some((layer, area)) => (Some(layer), Some(area)),
            None => (reader.ground().study_layer(), None),
        };
        let members = region.answers(reader.table()).into_iter().map(|a| a == PlaceAnswer::In).collect();
        Ok(Self { name: region.name(), region, layer, area, members })
    }

    /// The place and, with a ring, the places in it: groups 0 and 1.
    pub(super) fn with_ring(&self, reader: &Exact<'_>, ring: Option<(&[u64], u8)>) -> Grouping {
        let table = reader.table();
        let in_ring: Vec<bool> = ring
            .and_then(|(cells, resolution)| {
                let (grouping, ids) = table.cell_groups(resolution)?;
                let wanted: Vec<bool> = ids.iter().map(|id| cells.binary_search(id).is_ok()).collect();
                Some(grouping.of_places().map(|g| wanted.get(g as usize).copied().unwrap_or(false)).collect())
            })
            .unwrap_or_default();
        let specials: Vec<Option<Special>> = table.whole.of_places().map(|g| table.whole.special(g)).collect();
        let group = |place: usize| match specials[place] {
            _ if place < table.places() && self.members.get(place) == Some(&true) => Group::Of(0),
            Some(special) => Group::Special(special),
            None if in_ring.get(place) == Some(&true) => Group::Of(1),
            None => Group::Special(Special::OutsidePlace),
        };
        Grouping::new(if ring.is_some() { 2 } else { 1 }, (0..=table.places()).map(group))
    }
}
