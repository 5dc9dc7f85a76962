//! Places by cell or area: which group a place is in, and the runs of places of a group.

/// Why a place is in no group of a grouping; each is a box beside the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Special {
    /// No coordinates.
    NotLocated = 0,
    /// Outside the study area.
    Outside = 1,
    /// The position is not precise enough for the grouping.
    TooCoarse = 2,
    /// In the study area, but not in the place asked for, or in no area of the layer.
    OutsidePlace = 3,
}

/// Number of [`Special`] groups, which come after the others.
pub(crate) const SPECIALS: usize = 4;

/// What a place belongs to while a grouping is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The group with this number.
    Of(u32),
    /// None, and why.
    Special(Special),
}

/// A partition of all places.
#[derive(Debug, Clone, Default)]
pub struct Grouping {
    groups: usize,
    /// Group of each place; specials are `groups..groups + SPECIALS`.
    pub(crate) of_place: Vec<u32>,
    starts: Vec<u32>,
    /// Half-open runs of places, ascending within a group.
    runs: Vec<(u32, u32)>,
}

impl Grouping {
    /// Makes a grouping of places in their order.
    pub(crate) fn new(groups: usize, places: impl Iterator<Item = Group>) -> Self {
        let of_place: Vec<u32> = places
            .map(|group| match group {
                Group::Of(group) => group,
                Group::Special(special) => groups as u32 + special as u32,
            })
            .collect();
        let mut runs: Vec<(u32, u32, u32)> = Vec::new();
        for (place, &group) in of_place.iter().enumerate() {
            match runs.last_mut() {
                Some(run) if run.0 == group => run.2 = place as u32 + 1,
                _ => runs.push((group, place as u32, place as u32 + 1)),
            }
        }
        runs.sort_unstable();
        let mut starts = vec![0_u32; groups + SPECIALS + 1];
        for run in &runs {
            starts[run.0 as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { groups, of_place, starts, runs: runs.into_iter().map(|r| (r.1, r.2)).collect() }
    }

    /// Number of groups, specials not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.groups
    }

    /// Whether there is no group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups == 0
    }

    /// Runs of places of a group.
    pub(crate) fn runs(&self, group: usize) -> &[(u32, u32)] {
        &self.runs[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// The special a group number stands for.
    pub(crate) fn special(&self, group: u32) -> Option<Special> {
        match (group as usize).checked_sub(self.groups)? {
            0 => Some(Special::NotLocated),
            1 => Some(Special::Outside),
            2 => Some(Special::TooCoarse),
            _ => Some(Special::OutsidePlace),
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.of_place.len() * 4 + self.starts.len() * 4 + self.runs.len() * 8
    }
}
