//! Places by cell or area: which group a place is in, and the runs of places of a group.

use std::ops::Range;

use super::columns::ColumnList;

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

/// What a place filter says of a place, from the least to the most that it lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlaceAnswer {
    Outside,
    TooCoarse,
    In,
}

/// A partition of all places into runs of neighbors that are in one group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grouping {
    groups: usize,
    /// First place of each run, in the order of places, and the number of places.
    firsts: Vec<u32>,
    /// Group of each run; specials are `groups..groups + SPECIALS`.
    of_run: Vec<u32>,
    /// Runs of group i are `runs[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    runs: Vec<u32>,
}

impl Grouping {
    /// Makes a grouping of places in their order.
    pub(crate) fn new(groups: usize, places: impl Iterator<Item = Group>) -> Self {
        let mut grouping = Self { groups, ..Self::default() };
        let mut place = 0;
        for group in places {
            let group = match group {
                Group::Of(group) => group,
                Group::Special(special) => grouping.number_of(special),
            };
            grouping.add(group, place);
            place += 1;
        }
        grouping.finish(place)
    }

    /// Puts the runs; the lists by group follow from them.
    pub(crate) fn put_columns<'a>(&'a self, list: &mut ColumnList<'a>) {
        list.words(&self.firsts);
        list.words(&self.of_run);
    }

    /// The grouping of so many places in some runs; `None` where these are not all places in their order.
    pub(crate) fn from_runs(groups: usize, mut firsts: Vec<u32>, of_run: Vec<u32>, places: usize) -> Option<Self> {
        let places = u32::try_from(places).ok()?;
        let sound = firsts.len() == of_run.len() + 1
            && firsts.first() == Some(&0)
            && firsts.is_sorted_by(|a, b| a < b)
            && firsts.pop() == Some(places)
            && of_run.iter().all(|&group| (group as usize) < groups + SPECIALS);
        let grouping = Self { groups, firsts, of_run, starts: Vec::new(), runs: Vec::new() };
        sound.then(|| grouping.finish(places))
    }

    fn number_of(&self, special: Special) -> u32 {
        self.groups as u32 + special as u32
    }

    fn add(&mut self, group: u32, first: u32) {
        if self.of_run.last() != Some(&group) {
            self.of_run.push(group);
            self.firsts.push(first);
        }
    }

    /// Lists the runs by group.
    fn finish(mut self, places: u32) -> Self {
        self.firsts.push(places);
        self.firsts.shrink_to_fit();
        self.of_run.shrink_to_fit();
        self.starts = vec![0; self.groups + SPECIALS + 1];
        for &group in &self.of_run {
            self.starts[group as usize + 1] += 1;
        }
        for i in 1..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        let mut next = self.starts.clone();
        self.runs = vec![0; self.of_run.len()];
        for (run, &group) in self.of_run.iter().enumerate() {
            let at = &mut next[group as usize];
            self.runs[*at as usize] = run as u32;
            *at += 1;
        }
        self
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

    /// Runs of places of a group, ascending.
    pub(crate) fn runs(&self, group: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let runs = &self.runs[self.starts[group] as usize..self.starts[group + 1] as usize];
        runs.iter().map(|&run| self.places(run as usize))
    }

    /// All runs in the order of places, with their groups.
    pub(crate) fn all_runs(&self) -> impl Iterator<Item = (Range<usize>, u32)> + '_ {
        self.of_run.iter().enumerate().map(|(run, &group)| (self.places(run), group))
    }

    /// Group of every place, in order.
    pub(crate) fn of_places(&self) -> impl Iterator<Item = u32> + '_ {
        self.all_runs().flat_map(|(places, group)| places.map(move |_| group))
    }

    /// Groups of the runs from one on.
    pub(crate) fn groups_from(&self, run: usize) -> impl Iterator<Item = u32> + '_ {
        self.of_run[run..].iter().copied()
    }

    /// The run that a place is in.
    pub(crate) fn run_of(&self, place: usize) -> usize {
        self.firsts.partition_point(|&first| first as usize <= place).saturating_sub(1)
    }

    /// Places of a run.
    pub(crate) fn places(&self, run: usize) -> Range<usize> {
        self.firsts[run] as usize..self.firsts[run + 1] as usize
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

    /// The same groups, holding only the places that a filter lets through.
    pub(crate) fn narrowed(&self, answers: &[PlaceAnswer]) -> Self {
        let mut grouping = Self { groups: self.groups, ..Self::default() };
        for (places, group) in self.all_runs() {
            let special = self.special(group);
            for place in places {
                let group = match answers[place] {
                    PlaceAnswer::Outside if special.is_none_or(|s| s == Special::TooCoarse) => {
                        self.number_of(Special::OutsidePlace)
                    }
                    PlaceAnswer::TooCoarse if special.is_none() => self.number_of(Special::TooCoarse),
                    _ => group,
                };
                grouping.add(group, place as u32);
            }
        }
        grouping.finish(self.firsts.last().copied().unwrap_or(0))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        (self.firsts.len() + self.of_run.len() + self.starts.len() + self.runs.len()) * 4
    }
}
