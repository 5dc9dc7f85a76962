//! The counts a comparison is made from: place, ring and areas, in slices of time that were received.

use std::collections::HashMap;

use super::{claim::Exposure, reasons, request::CompareRequest};
use crate::{
    analysis::{
        place::Place,
        steps::{StepCounts, Steps, asked_sources, count_steps, days_asked, runs},
    },
    ask::{AskError, Exact},
    model::{Day, Period, Query},
    snapshot::{LoadedLayer, ring_of},
    stats::{BeforeAfter, Exposed},
};

/// Share of incidents of unknown side from which there is no answer.
const UNTOLD_SHARE: f64 = 0.05;

/// Everything counted.
pub(super) struct Counted<'s> {
    pub(super) place: Place<'s>,
    pub(super) steps: Steps,
    /// Whether each slice is used: received in every district that matters.
    pub(super) used: Vec<bool>,
    /// Place and ring.
    pub(super) own: StepCounts,
    pub(super) ring_cells: Vec<u64>,
    /// Areas of the layer, in its order.
    pub(super) areas: Option<(&'s LoadedLayer, StepCounts)>,
    /// Positions of those that were received as the place was, the place itself among them.
    pub(super) received: Vec<usize>,
    /// First day not looked at.
    pub(super) cutoff: Day,
    /// Districts that must have been received: those of the place and its ring.
    districts: Vec<String>,
    /// Days of each slice that weekdays and calendar let through.
    days: Vec<i32>,
    /// The two periods counted whole, which a record may lie in without lying in one month: own, areas, and untold.
    whole: Vec<Whole>,
}

/// A period counted as one step.
struct Whole {
    window: Period,
    own: StepCounts,
    areas: Option<StepCounts>,
    untold: u64,
}

/// Whose count is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Place,
    Ring,
    /// Position in the layer.
    Area(usize),
}

impl<'s> Counted<'s> {
    pub(super) fn new(reader: &'s Exact<'s>, request: &CompareRequest, earlier: &[Period]) -> Result<Self, AskError> {
        let place = Place::find(reader, "place", &request.place)?;
        let sources = asked_sources(reader, &request.query);
        let Some(end) = reader.coverage.received_to(sources) else {
            return Err(AskError::none("nothing has been received yet: import incidents first"));
        };
        let cutoff = request.cutoff.map_or(end, |c| c.min(end));
        let windows: Vec<Period> = [request.before, request.after].into_iter().chain(earlier.iter().copied()).collect();
        // By the month, and where what was received begins or ends.
        let parts = |w: &Period| w.by_month().into_iter().flat_map(|m| m.cut_at(&reader.coverage.edges(sources, m)));
        let steps = Steps::cut(&windows.iter().flat_map(parts).collect::<Vec<_>>());
        let districts = place.region.districts()?;
        if !reader.coverage.districts.is_empty() && districts.iter().all(String::is_empty) {
            let reason = format!("there is no answer: {} lies outside the study area", place.name);
            return Err(AskError::none(reason));
        }
        let ring_cells = if request.rings > 0 {
            ring_of(&place.region.cells(request.ring_resolution)?, request.rings)
        } else {
            Vec::new()
        };
        let mut districts = districts;
        if !ring_cells.is_empty() {
            // The ring's counts stand beside the place's: both must have been received. Where no source reaches, there is
            // nothing to wait for.
            let reached = |d: &String| !d.is_empty() && sources.iter().any(|s| reader.coverage.covers(s, d));
            districts.extend(reader.districts_of(&ring_cells)?.into_iter().filter(reached));
            districts.sort();
            districts.dedup();
        }
        let days: Vec<i32> = steps.0.iter().map(|p| days_asked(reader, &request.query, *p)).collect();
        let is_used = |p: &Period| p.end <= cutoff && districts.iter().all(|d| reader.coverage.whole(sources, *p, d));
        let used: Vec<bool> = steps.0.iter().zip(&days).map(|(p, days)| *days > 0 && is_used(p)).collect();
        let ring = (request.rings > 0).then_some((ring_cells.as_slice(), request.ring_resolution));
        let grouping = place.with_ring(reader, ring);
        let own = count_steps(reader, &request.query, &grouping, &steps)?;
        let alone = place.with_ring(reader, None);
        let layer =
            place.layer.map(|layer| (layer, reader.table().layer_groups(&layer.name).unwrap_or(&reader.table().whole)));
        let mut whole = Vec::new();
        for window in [request.before, request.after] {
            let query = Query { from: Some(window.start), to: Some(window.end), ..request.query.clone() };
            let one = Steps(vec![window]);
            whole.push(Whole {
                window,
                own: count_steps(reader, &query, &grouping, &one)?,
                areas: layer.map(|(_, g)| count_steps(reader, &query, g, &one)).transpose()?,
                untold: count_steps(reader, &query, &alone, &one)?.boxes.time_too_coarse,
            });
        }
        let areas = match layer {
            Some((layer, grouping)) => Some((layer, count_steps(reader, &request.query, grouping, &steps)?)),
            None => None,
        };
        let received = Vec::new();
        let counted = Self { place, steps, used, own, ring_cells, areas, received, cutoff, districts, days, whole };
        Ok(Self { received: counted.received_areas(reader, request), ..counted })
    }

    fn received_areas(&self, reader: &Exact<'_>, request: &CompareRequest) -> Vec<usize> {
        let Some((layer, _)) = &self.areas else { return Vec::new() };
        let mut of_district: HashMap<&str, bool> = HashMap::new();
        let mut is_received =
            |district| *of_district.entry(district).or_insert_with(|| self.is_received(reader, request, district));
        (0..layer.areas.len()).filter(|&i| is_received(layer.areas[i].district.as_str())).collect()
    }

    /// Positions of the areas that were received, without the place's own.
    pub(super) fn others(&self) -> impl Iterator<Item = usize> + '_ {
        self.received.iter().copied().filter(|&i| self.place.area != Some(i as u32))
    }

    /// Their changes.
    pub(super) fn changes_of_others(&self, request: &CompareRequest) -> Vec<BeforeAfter> {
        self.others().map(|i| self.change(Who::Area(i), request)).collect()
    }

    /// Slices of a window that are used.
    pub(super) fn slices(&self, window: Period) -> Vec<usize> {
        self.steps.inside(window).filter(|&i| self.used[i]).collect()
    }

    /// Days of a window that are used.
    pub(super) fn days(&self, window: Period) -> i32 {
        self.slices(window).iter().map(|&i| self.days[i]).sum()
    }

    /// Days of a slice.
    pub(super) fn days_of(&self, slice: usize) -> f64 {
        f64::from(self.days[slice])
    }

    /// Whether all of a window that could count is used.
    pub(super) fn is_whole(&self, window: Period) -> bool {
        self.steps.inside(window).all(|i| self.used[i] || self.days[i] == 0) && self.days(window) > 0
    }

    fn series(&self, who: Who) -> &[u32] {
        match who {
            Who::Place => self.own.of(0),
            Who::Ring => self.own.of(1),
            Who::Area(i) => self.areas.as_ref().map_or(&[], |(_, counts)| counts.of(i)),
        }
    }

    /// Incidents of a window: of all of it where all was received, else of the months that were.
    pub(super) fn sum(&self, who: Who, window: Period) -> u64 {
        let whole = self.whole.iter().find(|w| w.window == window).filter(|_| self.is_whole(window));
        let Some(whole) = whole else {
            let series = self.series(who);
            return self.slices(window).iter().map(|&i| u64::from(series[i])).sum();
        };
        u64::from(match who {
            Who::Place => whole.own.of(0)[0],
            Who::Ring => whole.own.of(1)[0],
            Who::Area(i) => whole.areas.as_ref().map_or(0, |counts| counts.of(i)[0]),
        })
    }

    pub(super) fn exposed(&self, window: Period) -> Exposed {
        Exposed { count: self.sum(Who::Place, window), exposure: f64::from(self.days(window)) }
    }

    /// Counts before and after.
    pub(super) fn change(&self, who: Who, request: &CompareRequest) -> BeforeAfter {
        BeforeAfter { before: self.sum(who, request.before), after: self.sum(who, request.after) }
    }

    /// A window as it stands in a claim.
    ///
    /// # Errors
    /// [`AskError::NoAnswer`] when nothing of it was received, or too much cannot be told.
    pub(super) fn exposure(
        &self,
        reader: &Exact<'_>,
        request: &CompareRequest,
        window: Period,
    ) -> Result<Exposure, AskError> {
        let exposed = self.exposed(window);
        let sources = asked_sources(reader, &request.query);
        if exposed.exposure <= 0.0 {
            let months = reader.coverage.months(sources).into_iter().filter(|m| m.first_day() < self.cutoff);
            let reason = format!(
                "there is no answer: nothing of {window} was received for {} from {}. Received: {}",
                self.place.name,
                sources.join(", "),
                runs(months),
            );
            return Err(AskError::none(reason));
        }
        let untold = self.whole.iter().find(|w| w.window == window).map_or(0, |w| w.untold);
        if untold as f64 > UNTOLD_SHARE * (exposed.count + untold) as f64 {
            let reason = format!(
                "there is no answer: of {} incidents of {} the time is not known well enough to tell whether they lie in {window} (or match the hours and weekdays asked for). Choose whole months, or a source that knows days",
                untold, self.place.name,
            );
            return Err(AskError::none(reason));
        }
        let missing = self.steps.inside(window).filter(|&i| !self.used[i] && self.days[i] > 0);
        let missing: Vec<Period> = missing.map(|i| self.steps.0[i]).collect();
        Ok(Exposure {
            from: window.start.to_string(),
            to: window.end.to_string(),
            count: exposed.count,
            days: self.days(window),
            left_out: reasons::sentences(reader, sources, &self.districts, (window, &missing)),
            not_received: missing.into_iter().map(in_words).collect(),
            time_too_coarse: untold,
        })
    }

    /// Whether an area of the layer was received in every slice that is used, from the sources that the place has.
    pub(super) fn is_received(&self, reader: &Exact<'_>, request: &CompareRequest, district: &str) -> bool {
        let sources = asked_sources(reader, &request.query);
        let own = self.place.region.districts().unwrap_or_default();
        let of = |district: &str| sources.iter().map(|s| reader.coverage.covers(s, district)).collect::<Vec<_>>();
        if own.iter().any(|d| of(d) != of(district)) {
            return false;
        }
        let used = self.steps.0.iter().zip(&self.used).filter(|(_, used)| **used);
        used.into_iter().all(|(p, _)| reader.coverage.whole(sources, *p, district))
    }
}

/// A whole month by its name, any other days as a period.
fn in_words(days: Period) -> String {
    let month = days.start.month();
    if month.period() == days { month.to_string() } else { days.to_string() }
}
